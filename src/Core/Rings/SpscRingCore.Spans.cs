// Batches. A run is the contiguous part of what a side owns, from its cursor to at most the array's end; a batch that goes
// round the end is two runs and one publication. What is claimed or peeked stays the caller's until it publishes or
// releases: the ends kept in ClaimEnd and PeekEnd never lie beyond what the side owns, so no count that passes the check
// can hand over a slot that the other side holds.

using System.Runtime.CompilerServices;

namespace FastCore.Rings;

internal sealed partial class SpscRingCore<T, TAtomics>
{
    internal int TryEnqueue(ReadOnlySpan<T> items)
    {
        long tail = TAtomics.ReadOwned(in _cursors.Tail);
        int count = FreeSlots(tail, items.Length);
        if (count == 0) return 0;
        Span<T> run = Run(tail, count);
        TAtomics.WriteSlots(run, items[..run.Length]);
        if (run.Length < count) TAtomics.WriteSlots(_slots.AsSpan(0, count - run.Length), items[run.Length..count]);
        TAtomics.Write(ref _cursors.Tail, tail + count);
        return count;
    }

    internal int TryDequeue(Span<T> items)
    {
        long head = TAtomics.ReadOwned(in _cursors.Head);
        int count = FilledSlots(head, items.Length);
        if (count == 0) return 0;
        Span<T> run = Run(head, count);
        Take(run, items[..run.Length]);
        if (run.Length < count) Take(_slots.AsSpan(0, count - run.Length), items[run.Length..count]);
        TAtomics.Write(ref _cursors.Head, head + count);
        return count;
    }

    internal Span<T> Claim(int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximum);
        long tail = TAtomics.ReadOwned(in _cursors.Tail);
        Span<T> run = Run(tail, FreeSlots(tail, maximum));
        _cursors.ClaimEnd = tail + run.Length;
        return run;
    }

    internal void Publish(int count)
    {
        ThrowIfNotClaimed(count);
        if (count != 0) TAtomics.Write(ref _cursors.Tail, TAtomics.ReadOwned(in _cursors.Tail) + count);
    }

    internal void ThrowIfNotClaimed(int count) => ThrowIfBeyond(count, _cursors.ClaimEnd - TAtomics.ReadOwned(in _cursors.Tail));

    internal ReadOnlySpan<T> Peek(int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximum);
        long head = TAtomics.ReadOwned(in _cursors.Head);
        Span<T> run = Run(head, FilledSlots(head, maximum));
        _cursors.PeekEnd = head + run.Length;
        return run;
    }

    internal void Release(int count)
    {
        ThrowIfNotPeeked(count);
        if (count == 0) return;
        long head = TAtomics.ReadOwned(in _cursors.Head);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            // The peek was one run, but single dequeues since then may have moved the head; the rest of it is one run too.
            TAtomics.ClearSlots(Run(head, count));
        }

        TAtomics.Write(ref _cursors.Head, head + count);
    }

    /// <summary>Producer: how many of <paramref name="wanted"/> slots are free; looks at the head only when it must.</summary>
    private int FreeSlots(long tail, int wanted)
    {
        long free = _cursors.TailLimit - tail;
        if (free < wanted) free = SeeHead() - tail;
        return (int)Math.Min(free, wanted);
    }

    /// <summary>Consumer: how many of <paramref name="wanted"/> items are there; looks at the tail only when it must.</summary>
    private int FilledSlots(long head, int wanted)
    {
        long filled = _cursors.HeadLimit - head;
        if (filled < wanted) filled = SeeTail() - head;
        return (int)Math.Min(filled, wanted);
    }

    private Span<T> Run(long cursor, int count)
    {
        int start = (int)(cursor & _mask);
        return _slots.AsSpan(start, Math.Min(count, _slots.Length - start));
    }

    private static void Take(Span<T> run, Span<T> items)
    {
        TAtomics.ReadSlots(run, items);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) TAtomics.ClearSlots(run);
    }

    /// <summary>An enqueue or dequeue since the claim uses it up from its front, so what is left can be negative.</summary>
    internal void ThrowIfNotPeeked(int count) => ThrowIfBeyond(count, _cursors.PeekEnd - TAtomics.ReadOwned(in _cursors.Head));

    private static void ThrowIfBeyond(int count, long left)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Math.Max(left, 0));
    }
}
