using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Rings;

/// <summary>
/// A bounded first-in first-out queue between one producing and one consuming thread. No lock, no wait, no allocation
/// after construction.
/// </summary>
/// <typeparam name="T">What is queued. Values of any size arrive whole; slots that hold references are cleared as they are read.</typeparam>
/// <remarks>
/// <para>
/// Thread-safety: at any moment at most one thread may be in <see cref="TryEnqueue(T)"/>,
/// <see cref="TryEnqueue(ReadOnlySpan{T})"/>, <see cref="Claim"/> or <see cref="Publish"/>, and at most one in
/// <see cref="TryDequeue(out T)"/>, <see cref="TryDequeue(Span{T})"/>, <see cref="Peek"/> or <see cref="Release"/>. A role
/// may move to another thread when something orders the two (an await, a lock, a join). The properties may be read by any
/// thread. Breaking the rule can lose or double items, nothing worse.
/// </para>
/// <para>Algorithm: Lamport's ring with a cached view of the opposite cursor (Giacomoni, Moseley, Vachharajani, "FastForward", 2008; Lee, Bu, Chandranmenon, "MCRingBuffer", 2010).</para>
/// </remarks>
public sealed class SpscRing<T>
{
    private readonly SpscRingCore<T, HardwareAtomics> _core;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">How many items it holds at least: rounded up to a power of two, and to 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is below 1 or above 2³⁰.</exception>
    public SpscRing(int capacity) => _core = new(capacity);

    /// <summary>How many items it holds at most: the capacity asked for, rounded up to a power of two, and to 2.</summary>
    public int Capacity => _core.Capacity;

    /// <summary>How many items are in the ring; exact when neither side is at work, else true of some moment near the call.</summary>
    public int Count => _core.Count;

    /// <summary>Whether no item was in the ring at a moment during the call.</summary>
    public bool IsEmpty => _core.IsEmpty;

    /// <summary>Whether no slot was free at a moment during the call.</summary>
    public bool IsFull => _core.IsFull;

    /// <summary>Adds an item. Producer only.</summary>
    /// <returns>False when the ring is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnqueue(T item) => _core.TryEnqueue(item);

    /// <summary>Adds as many of <paramref name="items"/> as fit, from the first on, and publishes them together. Producer only.</summary>
    /// <returns>How many went in.</returns>
    public int TryEnqueue(ReadOnlySpan<T> items) => _core.TryEnqueue(items);

    /// <summary>Takes the oldest item. Consumer only.</summary>
    /// <returns>False when the ring is empty.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _core.TryDequeue(out item);

    /// <summary>Takes the oldest items, as many as there are, up to the length of <paramref name="items"/>. Consumer only.</summary>
    /// <returns>How many were written to <paramref name="items"/>.</returns>
    public int TryDequeue(Span<T> items) => _core.TryDequeue(items);

    /// <summary>
    /// Gives free slots to write into, so that items need no copy; <see cref="Publish"/> then hands them over. Producer only.
    /// </summary>
    /// <param name="maximum">How many slots are wanted at most.</param>
    /// <returns>
    /// The free slots next in order, as far as they lie side by side: fewer than free when they go round the end of the
    /// ring, none when it is full. They may hold old values. Good until they are published; a new claim takes the place of
    /// the last one.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is negative.</exception>
    public Span<T> Claim(int maximum) => _core.Claim(maximum);

    /// <summary>Hands the first <paramref name="count"/> claimed slots to the consumer. Producer only.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative, or more than is still claimed.</exception>
    public void Publish(int count) => _core.Publish(count);

    /// <summary>
    /// Shows the oldest items where they lie; <see cref="Release"/> then gives their slots back. Consumer only.
    /// </summary>
    /// <param name="maximum">How many items are wanted at most.</param>
    /// <returns>
    /// The oldest items in order, as far as they lie side by side: fewer than there are when they go round the end of the
    /// ring, none when it is empty. Good until they are released.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is negative.</exception>
    public ReadOnlySpan<T> Peek(int maximum) => _core.Peek(maximum);

    /// <summary>Gives the slots of the first <paramref name="count"/> peeked items back to the producer. Consumer only.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative, or more than is still peeked.</exception>
    public void Release(int count) => _core.Release(count);
}
