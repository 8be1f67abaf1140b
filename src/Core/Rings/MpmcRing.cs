using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Rings;

/// <summary>
/// A bounded first-in first-out queue for any number of producing and consuming threads. No lock, no wait, no allocation
/// after construction.
/// </summary>
/// <typeparam name="T">What is queued. Values of any size arrive whole; slots that hold references are cleared as they are read.</typeparam>
/// <remarks>
/// <para>
/// Thread-safety: every member may be called by any thread at any time. Items of one producer are taken in the order it
/// added them. A thread that is stopped between claiming a slot and publishing it holds back the items behind it: until it
/// goes on, <see cref="TryDequeue(out T)"/> answers false once the items before it are taken.
/// </para>
/// <para>Algorithm: Dmitry Vyukov, "Bounded MPMC queue", 2010.</para>
/// </remarks>
public sealed class MpmcRing<T>
{
    private readonly MpmcRingCore<T, HardwareAtomics> _core;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">How many items it holds at least: rounded up to a power of two, and to 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is below 1 or above 2³⁰.</exception>
    public MpmcRing(int capacity) => _core = new(capacity);

    /// <summary>How many items it holds at most: the capacity asked for, rounded up to a power of two, and to 2.</summary>
    public int Capacity => _core.Capacity;

    /// <summary>How many slots are claimed; exact when no other thread is at work, else true of some moment near the call.</summary>
    public int Count => _core.Count;

    /// <summary>Whether at a moment during the call a dequeue would have found nothing.</summary>
    public bool IsEmpty => _core.IsEmpty;

    /// <summary>Whether at a moment during the call an enqueue would have found no free slot.</summary>
    public bool IsFull => _core.IsFull;

    /// <summary>Adds an item.</summary>
    /// <returns>False when the next slot is not free: the ring is full, or a consumer is still taking the item out of it.</returns>
    public bool TryEnqueue(T item) => _core.TryEnqueue(item);

    /// <summary>Adds items from the first on, as many as find a free slot. They stay together: no other producer's item comes between them.</summary>
    /// <returns>How many went in.</returns>
    public int TryEnqueue(ReadOnlySpan<T> items) => _core.TryEnqueue(items);

    /// <summary>Takes the oldest item.</summary>
    /// <returns>False when the next item is not there: the ring is empty, or a producer is still putting it in.</returns>
    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _core.TryDequeue(out item);

    /// <summary>Takes the oldest items, as many as are there, up to the length of <paramref name="items"/>. They followed each other in the ring.</summary>
    /// <returns>How many were written to <paramref name="items"/>.</returns>
    public int TryDequeue(Span<T> items) => _core.TryDequeue(items);
}
