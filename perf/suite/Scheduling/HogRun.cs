using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>
/// How soon an item starts when every worker has one that will not end. Items that run on are spawned one by one, until one
/// does not start at once: then all workers are taken, and that one is the fresh item.
/// </summary>
internal sealed class HogRun<TTarget>(TTarget target) : SpawnRun<TTarget>(target) where TTarget : struct, ITarget
{
    /// <summary>An item that has not started by then has found no worker.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(5);

    /// <summary>Who waits for longer has not been helped: the wait ends with the others' work, not before.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private bool _isOver;

    internal override RoundResult Run(long operations)
    {
        var waits = new LatencyRecorder(LatencyRecorder.Finest);
        RoundResult result = Line.Measure(operations, 1, () =>
        {
            for (long i = 0; i < operations; i++) waits.Record(Sample(), 1);
            Line.Finish();
        });
        return result with { Waits = waits };
    }

    private long Sample()
    {
        Volatile.Write(ref _isOver, false);
        var hogs = new List<Hog>();
        long waited;
        do
        {
            var hog = new Hog(this);
            hogs.Add(hog);
            Target.SpawnFromOutside(hog);
            waited = hog.AwaitStart();
        }
        while (waited < AtOnce.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond);
        Volatile.Write(ref _isOver, true);
        foreach (Hog hog in hogs) hog.AwaitEnd();
        return waited;
    }

    private sealed class Hog(HogRun<TTarget> run) : WorkItem
    {
        private readonly long _spawned = Stopwatch.GetTimestamp();

        private long _started;

        private bool _hasEnded;

        public override void Execute()
        {
            long started = Stopwatch.GetTimestamp();
            Volatile.Write(ref _started, started);
            while (!Volatile.Read(ref run._isOver) && Stopwatch.GetElapsedTime(started) < Longest)
            {
            }

            Volatile.Write(ref _hasEnded, true);
        }

        internal long AwaitStart()
        {
            while (Volatile.Read(ref _started) == 0) Pause();
            return _started - _spawned;
        }

        internal void AwaitEnd()
        {
            while (!Volatile.Read(ref _hasEnded)) Pause();
        }

        private void Pause()
        {
            if (Stopwatch.GetElapsedTime(_spawned) > Round.Patience) throw new InvalidDataException("An item that was spawned never ran.");
            Thread.Sleep(1);
        }
    }
}
