using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;
using FastCore.Rings;

namespace FastCore.Channels.Queues;

/// <summary>
/// The queue of a channel so small that nearly every operation on it has to wake somebody: its items are added and taken at
/// the channel's gate alone, where the waking is done too.
/// </summary>
/// <remarks>
/// Whoever has the gate is the ring's one writer and one reader. What may be asked without the gate is what any thread may ask
/// a ring: how many items there are.
/// </remarks>
/// <param name="capacity">How many items it holds.</param>
/// <param name="isAlone">
/// Whether the channel was promised one writer and one reader: these may claim, and peek, in place without the gate.
/// </param>
internal readonly struct GatedQueue<T, TAtomics>(int capacity, bool isAlone) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly SpscRingCore<T, TAtomics> _ring = SpscRingCore<T, TAtomics>.OfExactCapacity(capacity);

    public static bool HasManyWriters => true;

    public static bool HasManyReaders => true;

    public static bool IsGated => true;

    /// <summary>For claims and peeks in place; null where there may be several writers or readers.</summary>
    internal SpscRingCore<T, TAtomics>? Ring => isAlone ? _ring : null;

    public int Count => _ring.Count;

    public bool IsEmpty => _ring.IsEmpty;

    public bool IsFull => _ring.IsFull;

    public bool TryEnqueue(T item) => _ring.TryEnqueue(item);

    public int TryEnqueue(ReadOnlySpan<T> items) => _ring.TryEnqueue(items);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _ring.TryDequeue(out item);

    public int TryDequeue(Span<T> items) => _ring.TryDequeue(items);

    public bool TryPeek([MaybeNullWhen(false)] out T item) => _ring.TryPeek(out item);

    /// <remarks>At the gate whoever enqueues sees that the channel is closed.</remarks>
    public bool TrySeal() => true;

    public void CopyTo(List<T> items) => _ring.CopyTo(items);
}
