namespace FastCore.Channels.Queues;

/// <summary>How the rings of an unbounded queue grow.</summary>
/// <param name="First">How many items the first holds.</param>
/// <param name="Largest">How many the largest holds: each is twice the one before, up to this.</param>
internal readonly record struct RingGrowth(int First, int Largest)
{
    /// <summary>
    /// What the rings that are kept may hold on to, in bytes: what a burst has used once, the next one may use again.
    /// </summary>
    internal const int MostSpareBytes = 1 << 24;

    /// <summary>The largest is such that slots of two words keep it out of the large object heap.</summary>
    internal static RingGrowth Default { get; } = new(32, 4096);

    /// <summary>The capacity of the ring behind one of this capacity.</summary>
    internal int After(int capacity) => Math.Min(capacity * 2, Largest);
}
