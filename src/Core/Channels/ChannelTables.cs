using FastCore.Tracing;

namespace FastCore.Channels;

/// <summary>The lives of channels, as those see them who come to the gate.</summary>
internal static class ChannelTables
{
    internal static readonly ChannelTable Rendezvous = new("rendezvous channel", "A channel that holds nothing: a writer meets a reader.", hasWriters: true);

    internal static readonly ChannelTable Bounded = new("bounded channel", "A channel that holds up to its capacity.", hasWriters: true);

    internal static readonly ChannelTable Unbounded = new("unbounded channel", "A channel whose writers never wait.", hasWriters: false);

    /// <summary>The channel takes no more items from here on; writes that are under way are waited for.</summary>
    internal static readonly Transition Close = new("accepting", "close", "sealing");

    /// <summary>No write can be accepted any more; what was accepted is still read.</summary>
    internal static readonly Transition Seal = new("sealing", "seal", "draining");

    /// <summary>The last item is taken: Completion completes.</summary>
    internal static readonly Transition End = new("draining", "end", "ended");

    internal static readonly TransitionTable Closing = new("channel close", "The end of a channel.", "accepting", Close, Seal, End);
}
