using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>The kinds of channel and of broadcast that <c>fastcore check channels</c> knows.</summary>
internal static class CheckedKinds
{
    /// <summary>Above what is allocated at once, so that it grows as it fills.</summary>
    private const int LargeCapacity = 100_000;

    private static readonly (int Writers, int Readers)[] Shapes = [(1, 1), (4, 1), (1, 4), (4, 4)];

    internal static IReadOnlyList<CheckedKind> All { get; } =
    [
        .. Channels.Select(static kind => new CheckedKind(kind.Store, kind.Writers, kind.Readers, (subject, share, random) => new ChannelStorm(kind, subject, share, random)) { IsMadeBy = kind.IsMadeBy }),
        .. Leased.Select(static kind => Faced(kind, channel => new LeasedFace(channel, kind.Writers))),
        .. Measured.Select(static kind => Faced(kind, MeasuredFace.Of)),
        Broadcast("broadcast-ring", 1, 4, static (kind, share, random) => new RingStorm(kind, share, random)),
        Broadcast("broadcast-ring", 4, 4, static (kind, share, random) => new RingStorm(kind, share, random)),
        Broadcast("broadcast-channel", 1, 4, static (kind, share, random) => new BroadcastStorm(kind, share, random)),
        Broadcast("broadcast-channel", 4, 4, static (kind, share, random) => new BroadcastStorm(kind, share, random)),
        Broadcast("watch", 1, 4, static (kind, share, random) => new WatchStorm(kind, share, random)),
        Broadcast("watch", 4, 4, static (kind, share, random) => new WatchStorm(kind, share, random)),
        Broadcast("one-shot", 4, 1, static (kind, share, random) => new OneShotStorm(kind, share, random)),
    ];

    private static IEnumerable<ChannelKind> Channels =>
    [
        .. Shapes.Select(static shape => ChannelKind.Rendezvous(shape.Writers, shape.Readers)),
        .. from capacity in (int[])[1, 64, 1024] from shape in Shapes select ChannelKind.Bounded(capacity, shape.Writers, shape.Readers),
        ChannelKind.Bounded(LargeCapacity, 4, 4),
        Dropping("drop-write", BoundedChannelFullMode.DropWrite),
        Dropping("drop-newest", BoundedChannelFullMode.DropNewest),
        Dropping("drop-oldest", BoundedChannelFullMode.DropOldest),
        .. Shapes.Select(static shape => ChannelKind.Unbounded(shape.Writers, shape.Readers)),
        .. Shapes.Select(static shape => new ChannelKind("prioritized", null, shape.Writers, shape.Readers) { IsPrioritized = true }),
        .. Shapes.Select(static shape => new ChannelKind("bounded-prioritized-64", 64, shape.Writers, shape.Readers) { IsPrioritized = true }),
    ];

    private static IEnumerable<ChannelKind> Leased =>
    [
        new("leased-64", 64, 1, 4),
        new("leased-64", 64, 4, 4),
        new("leased-rendezvous", 0, 4, 4),
        new("leased-unbounded", null, 4, 1),
    ];

    private static IEnumerable<ChannelKind> Measured =>
    [
        .. Shapes.Select(static shape => new ChannelKind("measured-64", 64, shape.Writers, shape.Readers)),
        new("measured-rendezvous", 0, 4, 4),
        new("measured-unbounded", null, 4, 4),
    ];

    /// <summary>Those with one of the names, or below it.</summary>
    internal static IEnumerable<CheckedKind> Named(IReadOnlyList<string> names) =>
        All.Where(kind => names.Count == 0 || names.Any(name => IsNamed(kind, name)));

    internal static bool IsNamed(CheckedKind kind, string name) => name == kind.Name || name == kind.Store;

    private static ChannelKind Dropping(string name, BoundedChannelFullMode mode) => new(name, 64, 4, 4) { FullMode = mode };

    /// <summary>What only our channels have.</summary>
    private static CheckedKind Faced(ChannelKind kind, Func<Channel<long>, StormFace> face) =>
        new(kind.Store, kind.Writers, kind.Readers, (subject, share, random) => new ChannelStorm(kind, subject, share, random, face)) { IsMadeBy = static subject => subject == ChannelSubject.FastCore };

    private static CheckedKind Broadcast(string store, int writers, int readers, Func<BroadcastShape, int, Random, Storm> brew)
    {
        var shape = new BroadcastShape($"{store}/{writers}x{readers}", writers, readers);
        return new CheckedKind(store, writers, readers, (_, share, random) => brew(shape, share, random)) { IsMadeBy = static subject => subject == ChannelSubject.FastCore };
    }
}
