using FastCore.Atomics;

namespace FastCore.Broadcast;

/// <summary>
/// Slots of a <see cref="BroadcastRing{T}"/> that a publisher writes in place, so that items need no copy. Made by
/// <see cref="BroadcastRing{T}.TryClaim"/>.
/// </summary>
/// <remarks>
/// <para>
/// Write every slot, then call <see cref="Publish"/>; leaving the <c>using</c> block does it too, so that an exception in
/// between can't leave consumers waiting for ever behind slots that nobody publishes. A slot that was not written holds what
/// it held a lap ago.
/// </para>
/// <para>
/// The slots are the caller's until they are published. References into them must not be used after that: other threads
/// read them then, and later others write them.
/// </para>
/// <para>
/// With one publisher a claim that is not published is taken over by the next claim or publication, and publishing it
/// after that does nothing.
/// </para>
/// </remarks>
public readonly ref struct RingClaim<T>
{
    private readonly BroadcastRingCore<T, HardwareAtomics> _core;

    internal RingClaim(BroadcastRingCore<T, HardwareAtomics> core, long sequence, int count)
    {
        _core = core;
        Sequence = sequence;
        Count = count;
    }

    /// <summary>The number of the first item: how many were claimed before it.</summary>
    public long Sequence { get; }

    /// <summary>How many slots.</summary>
    public int Count { get; }

    /// <summary>The slots that lie side by side from the first on; all of them, unless they go round the end of the ring.</summary>
    public Span<T> First => Count == 0 ? [] : _core.Run(Sequence, Count);

    /// <summary>The rest of the slots; empty unless they go round the end of the ring.</summary>
    public Span<T> Second => Count == First.Length ? [] : _core.Run(Sequence + First.Length, Count - First.Length);

    /// <summary>A slot.</summary>
    /// <param name="index">From 0, in the order of publication.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot in this claim.</exception>
    public ref T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return ref _core.Slot(Sequence + index);
        }
    }

    /// <summary>Hands all the slots to the consumers. Doing it again does nothing.</summary>
    public void Publish()
    {
        if (Count != 0 && !_core.IsPublished(Sequence)) _core.Publish(Sequence, Count);
    }

    /// <summary>As <see cref="Publish"/>.</summary>
    public void Dispose() => Publish();
}
