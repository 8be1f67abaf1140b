using System.Diagnostics;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>A thread of its own spawns a thousand items, waits until each has run, and spawns them again.</summary>
internal sealed class OutsideRun<TTarget> : SpawnRun<TTarget> where TTarget : struct, ITarget
{
    private const int Items = 1000;

    private readonly Counted[] _items = [.. Enumerable.Range(0, Items).Select(static _ => new Counted())];

    internal OutsideRun(TTarget target)
        : base(target)
    {
    }

    internal override RoundResult Run(long operations)
    {
        long waves = Math.Max(1, operations / Items);
        foreach (Counted item in _items) item.Begin();
        RoundResult result = Line.Measure(waves * Items, 1, () =>
        {
            for (long wave = 1; wave <= waves; wave++)
            {
                foreach (Counted item in _items) Target.SpawnFromOutside(item);
                foreach (Counted item in _items) Await(item, wave);
            }

            Line.Finish();
        });
        foreach (Counted item in _items) Require(item.Ran, waves);
        return result;
    }

    private static void Await(Counted item, long wave)
    {
        SpinWait spinner = default;
        long started = Stopwatch.GetTimestamp();
        while (item.Ran < wave)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
            if (Stopwatch.GetElapsedTime(started) > Round.Patience) throw new InvalidDataException("An item that was spawned never ran.");
        }
    }

    private sealed class Counted : WorkItem
    {
        private long _ran;

        internal long Ran => Volatile.Read(ref _ran);

        internal void Begin() => Volatile.Write(ref _ran, 0);

        public override void Execute() => Volatile.Write(ref _ran, _ran + 1);
    }
}
