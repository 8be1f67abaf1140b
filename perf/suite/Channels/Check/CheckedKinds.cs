using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>The kinds of channel that <c>fastcore check channels</c> knows.</summary>
internal static class CheckedKinds
{
    /// <summary>Above what is allocated at once, so that it grows as it fills.</summary>
    private const int LargeCapacity = 100_000;

    private static readonly (int Writers, int Readers)[] Shapes = [(1, 1), (4, 1), (1, 4), (4, 4)];

    internal static IReadOnlyList<ChannelKind> All { get; } =
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

    /// <summary>Those with one of the names, or below it.</summary>
    internal static IEnumerable<ChannelKind> Named(IReadOnlyList<string> names) =>
        All.Where(kind => names.Count == 0 || names.Any(name => IsNamed(kind, name)));

    internal static bool IsNamed(ChannelKind kind, string name) => name == kind.Name || name == kind.Store;

    private static ChannelKind Dropping(string name, BoundedChannelFullMode mode) => new(name, 64, 4, 4) { FullMode = mode };
}
