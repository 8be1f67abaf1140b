using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Continuations;

namespace FastCore.Tests.Channels.Modelling;

/// <summary>A kind of channel with its options: what it takes to make one, and what a plain queue needs to know to answer as it does.</summary>
/// <param name="Capacity">Null: unbounded. 0: a rendezvous.</param>
/// <param name="FullMode">What a write to a full channel does.</param>
/// <param name="SingleReader">The option of that name.</param>
/// <param name="SingleWriter">The option of that name.</param>
/// <param name="IsPrioritized">The least item comes first.</param>
/// <param name="IsInline">Awaiters go on inside the operation that lets them.</param>
internal sealed record ChannelShape(
    int? Capacity,
    BoundedChannelFullMode FullMode = BoundedChannelFullMode.Wait,
    bool SingleReader = false,
    bool SingleWriter = false,
    bool IsPrioritized = false,
    bool IsInline = false)
{
    /// <summary>Every kind with every option.</summary>
    internal static ChannelShape[] All { get; } =
    [
        .. from kind in Kinds()
           from singleReader in new[] { false, true }
           from singleWriter in new[] { false, true }
           from inline in new[] { false, true }
           select kind with { SingleReader = singleReader, SingleWriter = singleWriter, IsInline = inline },
    ];

    internal bool HoldsItems => Capacity != 0;

    internal bool Drops => FullMode != BoundedChannelFullMode.Wait;

    /// <summary>Whether the channel is made for one reading and one writing operation at a time.</summary>
    private bool IsOneToOne => SingleReader && SingleWriter && HoldsItems && !Drops && !IsPrioritized;

    /// <summary>Whether at most one read may wait, and no other read be tried meanwhile.</summary>
    internal bool TakesOneRead => IsOneToOne || (SingleReader && Capacity is null && !IsPrioritized);

    /// <summary>The same for writes.</summary>
    internal bool TakesOneWrite => IsOneToOne;

    internal bool IsUsedInPlace => IsOneToOne && Capacity is <= 1 << 16;

    /// <param name="dropped">Gets what a full channel drops.</param>
    /// <param name="continuations">Where awaiters go on, unless this is inline.</param>
    internal FastChannel<int> Create(Action<int>? dropped, ContinuationScheduler continuations)
    {
        ContinuationScheduler where = IsInline ? ContinuationScheduler.Inline : continuations;
        if (IsPrioritized)
        {
            UnboundedPrioritizedChannelOptions<int> prioritized = WithRoles(new UnboundedPrioritizedChannelOptions<int>());
            return Capacity is { } limit
                ? FastChannel.CreateBoundedPrioritized(limit, prioritized, where)
                : FastChannel.CreateUnboundedPrioritized(prioritized, where);
        }

        return Capacity is { } capacity
            ? FastChannel.CreateBounded(WithRoles(new BoundedChannelOptions(capacity) { FullMode = FullMode }), Drops ? dropped : null, where)
            : FastChannel.CreateUnbounded<int>(WithRoles(new UnboundedChannelOptions()), where);
    }

    public override string ToString() => string.Join(
        ", ",
        new[]
        {
            (IsPrioritized, Capacity) switch
            {
                (false, 0) => "rendezvous",
                (false, null) => "unbounded",
                (false, { } capacity) => $"bounded {capacity}",
                (true, null) => "prioritized",
                (true, { } capacity) => $"prioritized {capacity}",
            },
            Drops ? FullMode.ToString() : "",
            SingleReader ? "one reader" : "",
            SingleWriter ? "one writer" : "",
            IsInline ? "inline" : "",
        }.Where(static part => part != ""));

    private static IEnumerable<ChannelShape> Kinds()
    {
        foreach (int? capacity in new int?[] { 0, 1, 2, 5, 70_000, null }) yield return new ChannelShape(capacity);
        foreach (int? capacity in new int?[] { 1, 3, null }) yield return new ChannelShape(capacity, IsPrioritized: true);
        foreach (int capacity in new[] { 0, 1, 3 })
        {
            yield return new ChannelShape(capacity, BoundedChannelFullMode.DropOldest);
            yield return new ChannelShape(capacity, BoundedChannelFullMode.DropNewest);
            yield return new ChannelShape(capacity, BoundedChannelFullMode.DropWrite);
        }
    }

    private TOptions WithRoles<TOptions>(TOptions options) where TOptions : ChannelOptions
    {
        options.SingleReader = SingleReader;
        options.SingleWriter = SingleWriter;
        return options;
    }
}
