using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>The queue of an unbounded channel for many threads: <see cref="LinkedRings{T,TSides,TAtomics}"/>.</summary>
internal readonly struct UnboundedQueue<T, TSides, TAtomics>(RingGrowth growth) : IItemQueue<T>
    where TSides : struct, ISides
    where TAtomics : struct, IAtomics
{
    private readonly LinkedRings<T, TSides, TAtomics> _rings = new(growth);

    internal LinkedRings<T, TSides, TAtomics> Rings => _rings;

    public static bool HasManyWriters => TSides.HasManyWriters;

    public static bool HasManyReaders => TSides.HasManyReaders;

    public int Count => _rings.Count;

    public bool IsEmpty => _rings.IsEmpty;

    public bool IsFull => false;

    public bool TryEnqueue(T item) => _rings.TryEnqueue(item);

    public int TryEnqueue(ReadOnlySpan<T> items) => _rings.TryEnqueue(items);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _rings.TryDequeue(out item);

    public int TryDequeue(Span<T> items) => _rings.TryDequeue(items);

    public bool TryPeek([MaybeNullWhen(false)] out T item) => _rings.TryPeek(out item);

    public bool TrySeal()
    {
        if (!TSides.HasManyWriters) return false;
        _rings.PutSeal();
        return true;
    }

    public void CopyTo(List<T> items) => _rings.CopyTo(items);
}
