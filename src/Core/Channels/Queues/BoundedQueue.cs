using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>The queue of a bounded channel for many threads: one <see cref="SealableRing{T,TSides,TAtomics}"/>.</summary>
internal readonly struct BoundedQueue<T, TSides, TAtomics>(int capacity) : IItemQueue<T>
    where TSides : struct, ISides
    where TAtomics : struct, IAtomics
{
    private readonly SealableRing<T, TSides, TAtomics> _ring = new(capacity);

    public static bool HasManyWriters => TSides.HasManyWriters;

    public static bool HasManyReaders => TSides.HasManyReaders;

    public int Count => _ring.Count;

    public bool IsEmpty => _ring.IsEmpty;

    public bool IsFull => _ring.IsFull;

    public bool TryEnqueue(T item) => _ring.TryEnqueue(item);

    public int TryEnqueue(ReadOnlySpan<T> items) => _ring.TryEnqueue(items);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _ring.TryDequeue(out item);

    public int TryDequeue(Span<T> items) => _ring.TryDequeue(items);

    public bool TryPeek([MaybeNullWhen(false)] out T item) => _ring.TryPeek(out item);

    public bool TrySeal()
    {
        if (!TSides.HasManyWriters) return false;
        _ring.PutSeal();
        return true;
    }

    public void CopyTo(List<T> items) => _ring.CopyTo(items);
}
