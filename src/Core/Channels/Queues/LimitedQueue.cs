// The queue of a bounded channel whose capacity is too large to allocate at once: linked rings and a count of places taken.
//
// Invariant: Taken is the items in the rings, plus the producers that took a place and have not enqueued yet, plus the
// consumers that dequeued and have not given the place back yet; it never exceeds the capacity.
//
// Linearisation points: an enqueue takes place in the rings. "Full" at the read of Taken; when it counts a dequeue that has
// not returned yet, that dequeue comes after it in the order. The channel's sleep protocol holds: a consumer gives the place
// back with a full fence before it looks for waiting writers, and IsFull looks at Taken.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>A bounded queue for many threads that grows as it fills.</summary>
internal readonly struct LimitedQueue<T, TAtomics>(RingGrowth growth, int capacity) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly LinkedRings<T, ManyToMany, TAtomics> _rings = new(growth);

    private readonly StrongBox<PlaceCount> _places = new();

    public static bool HasManyWriters => true;

    public static bool HasManyReaders => true;

    public int Count => _rings.Count;

    public bool IsEmpty => _rings.IsEmpty;

    public bool IsFull => TAtomics.Read(in _places.Value.Taken) >= capacity;

    public bool TryEnqueue(T item)
    {
        if (TakePlaces(1) == 0) return false;
        bool added = false;
        try
        {
            added = _rings.TryEnqueue(item);
        }
        finally
        {
            // Sealed, or no memory for another ring.
            if (!added) TAtomics.Add(ref _places.Value.Taken, -1);
        }

        return added;
    }

    public int TryEnqueue(ReadOnlySpan<T> items)
    {
        int places = TakePlaces(items.Length);
        int added = places == 0 ? 0 : _rings.TryEnqueue(items[..places]);
        if (added < places) TAtomics.Add(ref _places.Value.Taken, added - places);
        return added;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        if (!_rings.TryDequeue(out item)) return false;
        TAtomics.Add(ref _places.Value.Taken, -1);
        return true;
    }

    public int TryDequeue(Span<T> items)
    {
        int count = _rings.TryDequeue(items);
        if (count != 0) TAtomics.Add(ref _places.Value.Taken, -count);
        return count;
    }

    public bool TryPeek([MaybeNullWhen(false)] out T item) => _rings.TryPeek(out item);

    public bool TrySeal()
    {
        _rings.PutSeal();
        return true;
    }

    public void CopyTo(List<T> items) => _rings.CopyTo(items);

    /// <returns>How many of the wanted places it got.</returns>
    private int TakePlaces(int wanted)
    {
        int taken = TAtomics.Read(in _places.Value.Taken);
        while (taken < capacity)
        {
            int places = Math.Min(wanted, capacity - taken);
            int seen = TAtomics.CompareExchange(ref _places.Value.Taken, taken + places, taken);
            if (seen == taken) return places;
            taken = seen;
        }

        return 0;
    }
}
