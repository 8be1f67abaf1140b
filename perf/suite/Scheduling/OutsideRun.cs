using System.Diagnostics;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>A thread of its own spawns a thousand items, waits until each has run, and spawns them again.</summary>
internal sealed class OutsideRun<TTarget> : SpawnRun<TTarget> where TTarget : struct, ITarget
{
    private const int Items = 1000;

    /// <summary>How often each has run: side by side, since what counts here is the way to the worker, and not that of the counts back.</summary>
    private readonly int[] _ran = new int[Items];

    private readonly Counted[] _items;

    internal OutsideRun(TTarget target)
        : base(target) =>
        _items = [.. Enumerable.Range(0, Items).Select(number => new Counted(_ran, number))];

    internal override RoundResult Run(long operations)
    {
        int waves = (int)Math.Clamp(operations / Items, 1, int.MaxValue);
        Array.Clear(_ran);
        RoundResult result = Line.Measure((long)waves * Items, 1, () =>
        {
            for (int wave = 1; wave <= waves; wave++)
            {
                foreach (Counted item in _items) Target.SpawnFromOutside(item);
                for (int item = 0; item < Items; item++) Await(in _ran[item], wave);
            }

            Line.Finish();
        });
        foreach (int ran in _ran) Require(ran, waves);
        return result;
    }

    private static void Await(ref readonly int ran, int wave)
    {
        if (Volatile.Read(in ran) >= wave) return;
        SpinWait spinner = default;
        long started = Stopwatch.GetTimestamp();
        while (Volatile.Read(in ran) < wave)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
            if (Stopwatch.GetElapsedTime(started) > Round.Patience) throw new InvalidDataException("An item that was spawned never ran.");
        }
    }

    private sealed class Counted(int[] ran, int number) : WorkItem
    {
        public override void Execute() => Volatile.Write(ref ran[number], ran[number] + 1);
    }
}
