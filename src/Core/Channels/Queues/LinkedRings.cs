// Unbounded multi-producer multi-consumer queue: a chain of sealable rings. Producers use the last ring; when it is full it
// is sealed and one of twice the size is linked behind it, up to a limit. Consumers use the first ring, and go on to the
// next when the first is sealed and empty. While the backlog fits the last ring, the queue is that ring and makes no garbage.
//
// Invariant: every ring but the last is sealed, and Next is set after the seal; so an item in a later ring was enqueued after
// every item of an earlier one, and a ring with a Next that is found empty stays empty.
//
// Linearisation points: those of the rings. "Empty" at the read of a null Next after its ring was found empty; the ring may
// have been filled in between, but then that happened after it was found empty, and the queue was empty at that moment.
//
// Memory order: the release write of Next and of the last ring pairs with the acquire reads that find them; an enqueue into
// the new ring comes after both, so its full fence (see SealableRing) orders it against a sleeper that saw Next null.

using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>An unbounded queue for many producers and consumers that can be sealed.</summary>
internal sealed class LinkedRings<T, TAtomics>
    where TAtomics : struct, IAtomics
{
    /// <summary>Rings stop growing here, so that a slot of two words keeps them out of the large object heap.</summary>
    private const int LargestCapacity = 4096;

    /// <summary>Taken for the growth and the seal alone; nothing else is taken while it is held.</summary>
    private readonly Gate _gate = new();

    /// <summary>Where consumers look; moved on by whoever finds it sealed and empty.</summary>
    private SealableRing<T, TAtomics> _first;

    /// <summary>Where producers add; moved on under the gate.</summary>
    private SealableRing<T, TAtomics> _last;

    /// <summary>One when the last ring stays the last. Written under the gate.</summary>
    private int _sealed;

    internal LinkedRings(int firstCapacity) => _first = _last = new SealableRing<T, TAtomics>(firstCapacity);

    internal int Count
    {
        get
        {
            long count = 0;
            for (SealableRing<T, TAtomics>? ring = TAtomics.Read(in _first); ring is not null; ring = TAtomics.Read(in ring.Next))
            {
                count += ring.Count;
            }

            return (int)Math.Min(count, int.MaxValue);
        }
    }

    internal bool IsEmpty
    {
        get
        {
            SealableRing<T, TAtomics>? ring = TAtomics.Read(in _first);
            while (ring.IsEmpty)
            {
                SealableRing<T, TAtomics>? next = TAtomics.Read(in ring.Next);
                if (next is null) return true;
                if (!ring.IsEmpty) return false;
                ring = next;
            }

            return false;
        }
    }

    internal bool TryEnqueue(T item)
    {
        while (true)
        {
            SealableRing<T, TAtomics> ring = TAtomics.Read(in _last);
            if (ring.TryEnqueue(item) == EnqueueResult.Done) return true;
            if (!TryGrow(ring)) return false;
        }
    }

    /// <returns>How many were added: all, unless it was sealed first.</returns>
    internal int TryEnqueue(ReadOnlySpan<T> items)
    {
        int added = 0;
        while (added < items.Length)
        {
            SealableRing<T, TAtomics> ring = TAtomics.Read(in _last);
            int more = ring.TryEnqueue(items[added..]);
            added += more;
            if (more == 0 && !TryGrow(ring)) break;
        }

        return added;
    }

    internal bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        while (true)
        {
            SealableRing<T, TAtomics> ring = TAtomics.Read(in _first);
            if (ring.TryDequeue(out item)) return true;
            SealableRing<T, TAtomics>? next = TAtomics.Read(in ring.Next);
            if (next is null) return false;
            if (ring.TryDequeue(out item)) return true;
            TAtomics.CompareExchange(ref _first, next, ring);
        }
    }

    internal int TryDequeue(Span<T> items)
    {
        if (items.IsEmpty) return 0;
        while (true)
        {
            SealableRing<T, TAtomics> ring = TAtomics.Read(in _first);
            int count = ring.TryDequeue(items);
            if (count != 0) return count;
            SealableRing<T, TAtomics>? next = TAtomics.Read(in ring.Next);
            if (next is null) return 0;
            count = ring.TryDequeue(items);
            if (count != 0) return count;
            TAtomics.CompareExchange(ref _first, next, ring);
        }
    }

    internal bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        while (true)
        {
            SealableRing<T, TAtomics> ring = TAtomics.Read(in _first);
            if (ring.TryPeek(out item)) return true;
            SealableRing<T, TAtomics>? next = TAtomics.Read(in ring.Next);
            if (next is null) return false;
            if (ring.TryPeek(out item)) return true;
            TAtomics.CompareExchange(ref _first, next, ring);
        }
    }

    /// <summary>For debuggers: see <see cref="IItemQueue{T}.CopyTo"/>.</summary>
    internal void CopyTo(List<T> items)
    {
        for (SealableRing<T, TAtomics>? ring = TAtomics.Read(in _first); ring is not null; ring = TAtomics.Read(in ring.Next))
        {
            ring.CopyTo(items);
        }
    }

    internal void PutSeal()
    {
        TAtomics.Enter(_gate);
        TAtomics.Write(ref _sealed, 1);
        _last.PutSeal();
        TAtomics.Exit(_gate);
    }

    /// <summary>Sees to it that <paramref name="full"/> is no longer the last ring; false when the queue is sealed.</summary>
    private bool TryGrow(SealableRing<T, TAtomics> full)
    {
        if (TAtomics.Read(in _last) != full) return true;
        if (TAtomics.Read(in _sealed) != 0) return false;
        var next = new SealableRing<T, TAtomics>(Math.Min(full.Capacity * 2, LargestCapacity));
        TAtomics.Enter(_gate);
        bool open = _sealed == 0;
        if (open && _last == full)
        {
            full.PutSeal();
            TAtomics.Write(ref full.Next, next);
            TAtomics.Write(ref _last, next);
        }

        TAtomics.Exit(_gate);
        return open;
    }
}
