using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;
using FastCore.Rings;

namespace FastCore.Tests.Rings;

internal sealed class SpscAdapter<T>(int capacity) : IRing<T>
{
    private readonly SpscRing<T> _ring = new(capacity);

    public int Capacity => _ring.Capacity;

    public int Count => _ring.Count;

    public bool IsEmpty => _ring.IsEmpty;

    public bool IsFull => _ring.IsFull;

    public bool TryEnqueue(T item) => _ring.TryEnqueue(item);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _ring.TryDequeue(out item);

    public int TryEnqueue(ReadOnlySpan<T> items) => _ring.TryEnqueue(items);

    public int TryDequeue(Span<T> items) => _ring.TryDequeue(items);
}

internal sealed class MpmcAdapter<T>(int capacity) : IRing<T>
{
    private readonly MpmcRing<T> _ring = new(capacity);

    public int Capacity => _ring.Capacity;

    public int Count => _ring.Count;

    public bool IsEmpty => _ring.IsEmpty;

    public bool IsFull => _ring.IsFull;

    public bool TryEnqueue(T item) => _ring.TryEnqueue(item);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _ring.TryDequeue(out item);

    public int TryEnqueue(ReadOnlySpan<T> items) => _ring.TryEnqueue(items);

    public int TryDequeue(Span<T> items) => _ring.TryDequeue(items);
}

internal sealed class SpscCoreAdapter<T, TAtomics>(int capacity) : IRing<T>
    where TAtomics : struct, IAtomics
{
    internal SpscRingCore<T, TAtomics> Core { get; } = new(capacity);

    public int Capacity => Core.Capacity;

    public int Count => Core.Count;

    public bool IsEmpty => Core.IsEmpty;

    public bool IsFull => Core.IsFull;

    public bool TryEnqueue(T item) => Core.TryEnqueue(item);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => Core.TryDequeue(out item);

    public int TryEnqueue(ReadOnlySpan<T> items) => Core.TryEnqueue(items);

    public int TryDequeue(Span<T> items) => Core.TryDequeue(items);
}

internal sealed class MpmcCoreAdapter<T, TAtomics>(int capacity) : IRing<T>
    where TAtomics : struct, IAtomics
{
    private readonly MpmcRingCore<T, TAtomics> _core = new(capacity);

    public int Capacity => _core.Capacity;

    public int Count => _core.Count;

    public bool IsEmpty => _core.IsEmpty;

    public bool IsFull => _core.IsFull;

    public bool TryEnqueue(T item) => _core.TryEnqueue(item);

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _core.TryDequeue(out item);

    public int TryEnqueue(ReadOnlySpan<T> items) => _core.TryEnqueue(items);

    public int TryDequeue(Span<T> items) => _core.TryDequeue(items);
}
