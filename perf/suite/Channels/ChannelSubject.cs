using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Perf.Channels;

/// <summary>Whose channels are measured.</summary>
internal sealed record ChannelSubject(
    string Name,
    Func<BoundedChannelOptions, Channel<long>> CreateBounded,
    Func<UnboundedChannelOptions, Channel<long>> CreateUnbounded)
{
    internal static ChannelSubject FastCore { get; } =
        new("fastcore", static options => FastChannel.CreateBounded<long>(options), FastChannel.CreateUnbounded<long>);

    internal static ChannelSubject Stock { get; } =
        new("stock", static options => Channel.CreateBounded<long>(options), Channel.CreateUnbounded<long>);
}
