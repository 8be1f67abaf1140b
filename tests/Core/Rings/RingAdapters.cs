using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;
using FastCore.Rings;

namespace FastCore.Tests.Rings;

internal sealed class SpscAdapter<T, TAtomics>(int capacity) : IRing<T>
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

/// <summary>The same ring, its spans by claim and publication in place.</summary>
internal sealed class SpscInPlaceAdapter<T, TAtomics>(int capacity) : IRing<T>
    where TAtomics : struct, IAtomics
{
    private readonly SpscRingCore<T, TAtomics> _core = new(capacity);

    public int Capacity => _core.Capacity;

    public int Count => _core.Count;

    public bool IsEmpty => _core.IsEmpty;

    public bool IsFull => _core.IsFull;

    public bool TryEnqueue(T item) => TryEnqueue(new ReadOnlySpan<T>(in item)) == 1;

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        item = default;
        return TryDequeue(new Span<T>(ref item!)) == 1;
    }

    public int TryEnqueue(ReadOnlySpan<T> items)
    {
        int done = 0;
        while (_core.Claim(items.Length - done) is { IsEmpty: false } claim)
        {
            TAtomics.WriteSlots(claim, items.Slice(done, claim.Length));
            _core.Publish(claim.Length);
            done += claim.Length;
        }

        return done;
    }

    public int TryDequeue(Span<T> items)
    {
        int done = 0;
        while (_core.Peek(items.Length - done) is { IsEmpty: false } peek)
        {
            TAtomics.ReadSlots(peek, items.Slice(done, peek.Length));
            _core.Release(peek.Length);
            done += peek.Length;
        }

        return done;
    }
}

internal sealed class MpmcAdapter<T, TAtomics>(int capacity) : IRing<T>
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

/// <summary>The unbounded queue with segments of the smallest size, which grow once.</summary>
internal sealed class MpscAdapter<T, TAtomics> : IQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly MpscQueueCore<T, TAtomics> _core = new(firstCapacity: 2, largestCapacity: 4);

    public bool IsEmpty => _core.IsEmpty;

    public bool TryEnqueue(T item)
    {
        _core.Enqueue(item);
        return true;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _core.TryDequeue(out item);
}
