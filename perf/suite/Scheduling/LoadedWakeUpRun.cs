using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>
/// How soon an item from outside starts when every worker has work: two tasks a processor, each of which works for 20 µs and
/// yields.
/// </summary>
/// <param name="target">Where they run.</param>
/// <param name="yieldOnce">Yields, on the target.</param>
internal sealed class LoadedWakeUpRun<TTarget>(TTarget target, Func<long, Task<long>> yieldOnce) : SpawnRun<TTarget>(target) where TTarget : struct, ITarget
{
    private static readonly TimeSpan Turn = TimeSpan.FromMicroseconds(20);

    private readonly Probe _probe = new();

    private bool _isOver;

    internal override RoundResult Run(long operations)
    {
        Volatile.Write(ref _isOver, false);
        Task[] load = [.. Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => Target.Start(Work))];
        var waits = new LatencyRecorder(LatencyRecorder.Finest);
        try
        {
            RoundResult result = Line.Measure(operations, 1, () =>
            {
                for (long i = 0; i < operations; i++)
                {
                    Thread.Sleep(1);
                    _probe.Spawn(Target);
                    waits.Record(_probe.Await(static () => Thread.Sleep(1)), 1);
                }

                Line.Finish();
            });
            return result with { Waits = waits };
        }
        finally
        {
            Volatile.Write(ref _isOver, true);
            Task.WaitAll(load);
        }
    }

    private async Task Work()
    {
        while (!Volatile.Read(ref _isOver))
        {
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < Turn)
            {
            }

            await yieldOnce(1);
        }
    }
}
