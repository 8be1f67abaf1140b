using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>The cases of <c>fastcore bench channels</c>.</summary>
internal static class ChannelCases
{
    private static readonly (int Writers, int Readers)[] Shapes = [(1, 1), (4, 1), (4, 4)];

    private static readonly Func<int, int, ChannelKind>[] Stores =
    [
        ChannelKind.Rendezvous,
        static (writers, readers) => ChannelKind.Bounded(1, writers, readers),
        static (writers, readers) => ChannelKind.Bounded(64, writers, readers),
        static (writers, readers) => ChannelKind.Bounded(1024, writers, readers),
        ChannelKind.Unbounded,
    ];

    internal static IReadOnlyList<ChannelCase> All { get; } =
    [
        .. from store in Stores from shape in Shapes select Plain(store(shape.Writers, shape.Readers)),
        new TrafficCase(ChannelKind.Bounded(1024, 1, 1), "-read-all", static _ => Traffic.ReadAll, OnBoundThreads),
        new TrafficCase(ChannelKind.Bounded(1024, 1, 1), "-batch-64", Traffic.BatchesOf, OnBoundThreads),
        new SelectCase(),
    ];

    private static TrafficCase Plain(ChannelKind kind)
    {
        Traffic traffic = kind.Capacity is 0 or 1 ? Traffic.Awaiting : Traffic.Trying;
        bool isPinned = kind is { Capacity: 1024, Writers: 1, Readers: 1 };
        return new TrafficCase(kind, "", _ => traffic, isPinned ? OnBoundThreads : OnPool);
    }

    private static Workforce OnPool() => new PoolWorkforce();

    /// <summary>
    /// Where the stock channel is as fast as on the pool and steadier. With less room, or without a bound, it is faster on the
    /// pool (capacity 1: 9 Mops/s there, 4.5 here), so that is where those cases run.
    /// </summary>
    private static Workforce OnBoundThreads() => new PinnedPair();
}
