using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;
using FastCore.Rings;

namespace FastCore.Channels.Queues;

/// <summary>The queue of a bounded channel with one writer and one reader: one <see cref="SpscRingCore{T,TAtomics}"/>.</summary>
internal readonly struct SpscBoundedQueue<T, TAtomics>(int capacity) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly SpscRingCore<T, TAtomics> _ring = SpscRingCore<T, TAtomics>.OfExactCapacity(capacity);

    public static bool HasManyWriters => false;

    public static bool HasManyReaders => false;

    /// <summary>For claims and peeks in place.</summary>
    internal SpscRingCore<T, TAtomics> Ring => _ring;

    public int Count => _ring.Count;

    public bool IsEmpty => _ring.IsEmpty;

    public bool IsFull => _ring.IsFull;

    public bool TryEnqueue(T item) => _ring.TryEnqueue(item);

    public int TryEnqueue(ReadOnlySpan<T> items) => _ring.TryEnqueue(items);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _ring.TryDequeue(out item);

    public int TryDequeue(Span<T> items) => _ring.TryDequeue(items);

    public bool TryPeek([MaybeNullWhen(false)] out T item) => _ring.TryPeek(out item);

    public bool TrySeal() => false;

    public void CopyTo(List<T> items) => _ring.CopyTo(items);
}
