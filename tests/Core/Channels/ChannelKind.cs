using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>One of the channels that all contract tests run over.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Capacity">Null: unbounded.</param>
/// <param name="IsAlone">One reader and one writer at a time.</param>
/// <param name="FullMode">What a write to a full channel does.</param>
/// <param name="IsInline">Continuations may run inside the operation that lets them go on.</param>
/// <param name="IsStock">Not ours, but the oracle: what we test, it passes too.</param>
/// <param name="IsPrioritized">The least item comes first; where the tests write rising numbers, that is their order too.</param>
public sealed record ChannelKind(
    string Name,
    int? Capacity,
    bool IsAlone = false,
    BoundedChannelFullMode FullMode = BoundedChannelFullMode.Wait,
    bool IsInline = false,
    bool IsStock = false,
    bool IsPrioritized = false)
{
    internal static ChannelKind[] Ours { get; } =
    [
        new("one to one, 1", 1, IsAlone: true),
        new("one to one, 5", 5, IsAlone: true),
        new("one to one, inline, 5", 5, IsAlone: true, IsInline: true),
        new("one to one, unbounded", null, IsAlone: true),
        new("bounded 1", 1),
        new("bounded 5", 5),
        new("bounded 8", 8),
        new("bounded, inline, 5", 5, IsInline: true),
        new("limited 70000", 70_000),
        new("unbounded", null),
        new("unbounded, inline", null, IsInline: true),
        new("prioritized", null, IsPrioritized: true),
        new("prioritized 5", 5, IsPrioritized: true),
        new("drop oldest, 5", 5, FullMode: BoundedChannelFullMode.DropOldest),
        new("drop newest, 5", 5, FullMode: BoundedChannelFullMode.DropNewest),
        new("drop write, 5", 5, FullMode: BoundedChannelFullMode.DropWrite),
    ];

    internal static ChannelKind[] All { get; } =
    [
        .. Ours,
        new("stock bounded 5", 5, IsStock: true),
        new("stock unbounded", null, IsStock: true),
    ];

    /// <summary>Whether writers wait when it is full.</summary>
    internal bool Waits => Capacity is not null && FullMode == BoundedChannelFullMode.Wait;

    /// <summary>Whether several reads may wait. Where one reader was promised, without a bound, the later cancels the earlier.</summary>
    internal bool TakesManyReads => !IsAlone || Capacity is not null;

    internal Channel<T> Create<T>()
    {
        if (IsPrioritized) return Capacity is { } limit ? FastChannel.CreateBoundedPrioritized<T>(limit) : FastChannel.CreateUnboundedPrioritized<T>();
        if (Capacity is not { } capacity)
        {
            var unbounded = new UnboundedChannelOptions { SingleReader = IsAlone, SingleWriter = IsAlone, AllowSynchronousContinuations = IsInline };
            return IsStock ? Channel.CreateUnbounded<T>(unbounded) : FastChannel.CreateUnbounded<T>(unbounded);
        }

        var bounded = new BoundedChannelOptions(capacity)
        {
            SingleReader = IsAlone,
            SingleWriter = IsAlone,
            AllowSynchronousContinuations = IsInline,
            FullMode = FullMode,
        };
        return IsStock ? Channel.CreateBounded<T>(bounded) : FastChannel.CreateBounded<T>(bounded);
    }

    /// <summary>One of ours.</summary>
    internal FastChannel<T> CreateFast<T>() => (FastChannel<T>)Create<T>();

    /// <summary>A channel with as many items as it holds, numbered from 0; only where writers wait.</summary>
    internal Channel<int> CreateFull()
    {
        Channel<int> channel = Create<int>();
        for (int i = 0; i < Capacity; i++) Assert.That(channel.Writer.TryWrite(i), Is.True);
        return channel;
    }

    public override string ToString() => Name;
}
