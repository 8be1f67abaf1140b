using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Channels;

/// <summary>
/// What one side of a channel counts for itself, on cache lines that the other side does not touch. Where a side has many
/// threads, they overwrite each other's counts now and then, and no harm is done.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + CacheLine.Stride)]
internal struct OwnCounts
{
    /// <summary>
    /// One while the only producer is between its look at "closed" and the end of its enqueue; the channel reads it when it
    /// closes.
    /// </summary>
    [FieldOffset(CacheLine.Size)] internal int Writing;

    /// <summary>How many operations have fenced since the channel was last made unfenced by this side.</summary>
    [FieldOffset(CacheLine.Size + 4)] internal int Fences;

    /// <summary>How often the next operation that can't go on looks again before it sleeps.</summary>
    [FieldOffset(CacheLine.Size + 8)] internal int Spins;

    internal void SpinHelped(ChannelTuning tuning) => Spins = Math.Min(Spins * 2, tuning.MostSpins);

    internal void SpinWasInVain(ChannelTuning tuning) => Spins = Math.Min(Math.Max(Spins / 2, 1), tuning.MostSpins);
}
