using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>
/// How soon an item from outside starts when every worker sleeps. The thread that spawns does not sleep meanwhile, so its
/// processor is awake; that of the worker may not be.
/// </summary>
internal sealed class WakeUpRun<TTarget>(TTarget target) : SpawnRun<TTarget>(target) where TTarget : struct, ITarget
{
    /// <summary>In this time all of them have fallen asleep.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMicroseconds(300);

    private readonly Probe _probe = new();

    internal override RoundResult Run(long operations)
    {
        var waits = new LatencyRecorder(LatencyRecorder.Finest);
        RoundResult result = Line.Measure(operations, 1, () =>
        {
            for (long i = 0; i < operations; i++)
            {
                long rested = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(rested) < Rest) Thread.SpinWait(10);
                _probe.Spawn(Target);
                waits.Record(_probe.Await(static () => Thread.SpinWait(1)), 1);
            }

            Line.Finish();
        });
        return result with { Waits = waits };
    }
}
