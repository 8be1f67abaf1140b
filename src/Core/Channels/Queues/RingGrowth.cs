namespace FastCore.Channels.Queues;

/// <summary>How the rings of an unbounded queue grow, and how long they are kept.</summary>
/// <param name="First">How many items the first holds.</param>
/// <param name="Largest">How many the largest holds: each is twice the one before, up to this.</param>
/// <param name="SpareMilliseconds">How long a ring must have been of no use before it is let go.</param>
internal readonly record struct RingGrowth(int First, int Largest, int SpareMilliseconds)
{
    /// <summary>
    /// The largest is such that slots of two words keep it out of the large object heap; the time is that of
    /// <c>ArrayPool&lt;T&gt;.Shared</c>.
    /// </summary>
    internal static RingGrowth Default { get; } = new(32, 4096, 60_000);

    /// <summary>The capacity of the ring behind one of this capacity.</summary>
    internal int After(int capacity) => Math.Min(capacity * 2, Largest);
}
