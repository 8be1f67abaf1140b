using FastCore.Perf.Channels;
using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Collections;

/// <summary>A map that grows from nothing to a million entries, and what each of them takes of memory then.</summary>
internal sealed class MapFillRun<TTarget, TKey>(TKey[] keys, int threads) : CaseRun
    where TTarget : struct, IMapTarget<TTarget, TKey>
{
    private readonly PinnedPair _processors = new();

    internal override RoundResult Run(long operations)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        TTarget map = TTarget.Create();
        RoundResult result = Round.Run(_processors, [.. Enumerable.Range(0, threads).Select<int, Func<StartingLine, Task>>(number => line => Fill(line, map, number))], keys.Length, static _ => { });
        long memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        Verify(map);
        return result with { Counts = [(Metric.MemoryPerEntry, (double)memory / keys.Length)] };
    }

    public override void Dispose() => _processors.Dispose();

    private async Task Fill(StartingLine line, TTarget map, int number)
    {
        await line;
        for (int index = number; index < keys.Length; index += threads)
        {
            if (!map.TryAdd(keys[index], index)) throw new InvalidDataException($"The key of index {index} was there before it was added.");
        }
    }

    private void Verify(TTarget map)
    {
        long sum = map.Values.Sum();
        long expected = (long)keys.Length * (keys.Length - 1) / 2;
        if (sum != expected) throw new InvalidDataException($"The values' sum is {sum:N0}; {expected:N0} were added.");
    }
}
