// Unbounded multi-producer single-consumer queue: a chain of rings of sequenced slots. Producers add to the last ring; one
// that finds it full closes it and links a larger one behind it. The consumer takes from the first ring, and leaves it when
// it is drained and has a successor. While the backlog fits the last ring, the queue is that one ring and allocates nothing;
// what a burst leaves behind for the collector is at most the rings that it filled.
//
// Invariant: a ring is closed before its Next is set, and Next is set once. So whatever is in a later ring was added after
// everything in an earlier one, and each producer's items stay in its order.
//
// Linearisation points: those of the rings. "Empty" takes place where the first ring says so, if it had no Next after that:
// an item that came between the two came after it.
//
// Memory order: the compare-and-swap of Next and of Last publishes a new ring whole, and pairs with the acquire reads that
// find it. The consumer reads Next before IsDrained: once Next is seen, the ring was closed before, so its tail is final. In
// the other order a producer could add to the ring after it was found drained, close it, link the next, and have its item
// left behind.

using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Rings;

/// <summary>The engine of <see cref="MpscQueue{T}"/>.</summary>
internal sealed class MpscQueueCore<T, TAtomics>
    where TAtomics : struct, IAtomics
{
    private readonly int _largestCapacity;

    /// <summary>Where the consumer takes. Written by it alone; others read it to see whether the queue is empty.</summary>
    private MpscSegment<T, TAtomics> _first;

    /// <summary>Where producers add: the last ring, or the one before it for as long as its closing producer needs.</summary>
    private MpscSegment<T, TAtomics> _last;

    internal MpscQueueCore(int firstCapacity, int largestCapacity)
    {
        _largestCapacity = largestCapacity;
        _first = _last = new(firstCapacity);
    }

    /// <summary>Whether a dequeue at this moment would find nothing published.</summary>
    internal bool IsEmpty
    {
        get
        {
            MpscSegment<T, TAtomics> segment = TAtomics.Read(in _first);
            while (segment.Ring.IsEmpty)
            {
                MpscSegment<T, TAtomics>? next = TAtomics.Read(in segment.Next);
                if (next is null) return true;
                if (!segment.Ring.IsDrained) return segment.Ring.IsEmpty;
                segment = next;
            }

            return false;
        }
    }

    internal void Enqueue(T item)
    {
        while (true)
        {
            MpscSegment<T, TAtomics> segment = TAtomics.Read(in _last);
            if (segment.Ring.TryEnqueue(item)) return;
            TAtomics.CompareExchange(ref _last, Successor(segment), segment);
        }
    }

    internal bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        MpscSegment<T, TAtomics> segment = TAtomics.Read(in _first);
        while (!segment.Ring.TryDequeue(out item))
        {
            MpscSegment<T, TAtomics>? next = TAtomics.Read(in segment.Next);
            if (next is null) return false;
            if (!segment.Ring.IsDrained) return segment.Ring.TryDequeue(out item);
            TAtomics.Write(ref _first, next);
            segment = next;
        }

        return true;
    }

    /// <summary>The segment behind a full one, made and linked by whoever comes first.</summary>
    private MpscSegment<T, TAtomics> Successor(MpscSegment<T, TAtomics> full)
    {
        MpscSegment<T, TAtomics>? next = TAtomics.Read(in full.Next);
        if (next is not null) return next;
        full.Ring.Close();
        next = new(Math.Min(full.Ring.Capacity * 2, _largestCapacity));
        return TAtomics.CompareExchange(ref full.Next, next, null) ?? next;
    }
}
