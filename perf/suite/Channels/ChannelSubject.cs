using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Perf.Channels;

/// <summary>Whose channels are looked at.</summary>
internal sealed record ChannelSubject(
    string Name,
    Func<BoundedChannelOptions, Action<long>?, Channel<long>> CreateBounded,
    Func<UnboundedChannelOptions, Channel<long>> CreateUnbounded,
    Func<UnboundedPrioritizedChannelOptions<long>, Channel<long>> CreatePrioritized)
{
    internal static ChannelSubject FastCore { get; } =
        new("fastcore", FastChannel.CreateBounded, FastChannel.CreateUnbounded<long>, FastChannel.CreateUnboundedPrioritized)
        {
            CreateBoundedPrioritized = static (capacity, options) => FastChannel.CreateBoundedPrioritized(capacity, options),
        };

    internal static ChannelSubject Stock { get; } =
        new("stock", Channel.CreateBounded, Channel.CreateUnbounded<long>, Channel.CreateUnboundedPrioritized);

    /// <summary>Null for who has no such channel.</summary>
    internal Func<int, UnboundedPrioritizedChannelOptions<long>, Channel<long>>? CreateBoundedPrioritized { get; init; }
}
