using FastCore.Tests.Channels.Modelling;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>Answers that some queues give for no one moment.</summary>
[Flags]
internal enum Leeway
{
    None = 0,

    /// <summary>A ring's count is its tail less what its head was a little earlier, and that of several rings is a sum.</summary>
    CountsLate = 1,

    /// <summary>A write may be refused for a place held by an operation under way: a read that has its item, a write that has yet to put its own.</summary>
    HoldsPlaces = 2,
}

internal static class Leeways
{
    internal const Leeway OfLimited = Leeway.CountsLate | Leeway.HoldsPlaces;

    internal static Leeway Of(ChannelShape shape) => shape switch
    {
        { IsPrioritized: true } or { Drops: true } => Leeway.None,
        { Capacity: > 1 << 16 } => OfLimited,
        _ => Leeway.CountsLate,
    };
}
