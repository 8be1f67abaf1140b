using FastCore.Perf.Rounds;

namespace FastCore.Perf.Collections;

/// <summary>The cases of <c>fastcore bench map</c>.</summary>
internal static class MapCases
{
    /// <summary>As many as a cache or a session table has; the map does not fit the first cache of a processor.</summary>
    private const int Entries = 100_000;

    private const int ManyEntries = 1_000_000;

    internal static IReadOnlyList<BenchCase> All { get; } = [.. Fills(), .. Mixes("long", MapKeys.Number), .. Mixes("string", MapKeys.Name)];

    private static IEnumerable<BenchCase> Fills()
    {
        foreach (int threads in (int[])[1, 2])
        {
            var keys = new Lazy<long[]>(static () => [.. Enumerable.Range(0, ManyEntries).Select(MapKeys.Number)]);
            yield return new MapCase($"map/long/fill/t{threads}",
            [
                new Contender(Contender.FastCore, () => new MapFillRun<FastCoreMap<long>, long>(keys.Value, threads)),
                new Contender("nonblocking", () => new MapFillRun<NonBlockingMap<long>, long>(keys.Value, threads)),
                new Contender("rwlock", () => new MapFillRun<ReaderWriterMap<long>, long>(keys.Value, threads)),
                new Contender("32-shards", () => new MapFillRun<ShardedMap<long>, long>(keys.Value, threads)),
                new Contender(Contender.Stock, () => new MapFillRun<StockMap<long>, long>(keys.Value, threads)),
            ]);
        }
    }

    private static IEnumerable<BenchCase> Mixes<TKey>(string kind, Func<int, TKey> keyOf)
        where TKey : notnull
    {
        foreach (KeyDistribution distribution in Enum.GetValues<KeyDistribution>())
        {
            var keys = new Lazy<MapKeys<TKey>>(() => MapKeys<TKey>.Draw(Entries, distribution, keyOf));
            foreach (int threads in (int[])[1, 2])
            {
                foreach (int reads in (int[])[100, 90, 50, 0])
                {
                    yield return new MapCase($"map/{kind}/{(distribution == KeyDistribution.Uniform ? "uniform" : "zipfian")}/r{reads}/t{threads}",
                    [
                        new Contender(Contender.FastCore, () => new MapRun<FastCoreMap<TKey>, TKey>(keys.Value, threads, reads)),
                        new Contender("nonblocking", () => new MapRun<NonBlockingMap<TKey>, TKey>(keys.Value, threads, reads)),
                        new Contender("rwlock", () => new MapRun<ReaderWriterMap<TKey>, TKey>(keys.Value, threads, reads)),
                        new Contender("32-shards", () => new MapRun<ShardedMap<TKey>, TKey>(keys.Value, threads, reads)),
                        new Contender(Contender.Stock, () => new MapRun<StockMap<TKey>, TKey>(keys.Value, threads, reads)),
                    ]);
                }
            }
        }
    }
}

/// <summary>A map under a mix of operations.</summary>
internal sealed class MapCase(string name, IReadOnlyList<Contender> contenders) : BenchCase
{
    internal override string Name => name;

    internal override IReadOnlyList<Contender> Contenders => contenders;

    internal override long FirstOperations => 1_000_000;
}
