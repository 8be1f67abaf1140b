// Unbounded multi-producer multi-consumer queue: a chain of sealable rings. Producers use the last ring; when it is full it
// is sealed and one of twice the size is linked behind it, up to a limit. Consumers use the first ring, and go on to the
// next when the first is sealed and empty; the rings that are left are kept and linked again, so that a backlog that comes and
// goes makes no garbage. What no backlog has needed for long is let go, at a full collection (SpareTrimmer).
//
// Invariant: every ring but the last is sealed, and Next is set after the seal; so an item in a later ring was enqueued after
// every item of an earlier one. A ring is left when it is sealed, empty and has a Next; its positions go on where they were
// when it is linked again. It is opened after it is linked, so nothing can be in a ring that is not in the chain.
//
// A thread may hold a ring that was left, and linked again, since it looked. A producer finds it sealed, or the last. A consumer
// that saw an item in it asks whether it is first, before it claims: if it is then, and the claim succeeds, it is first
// still, for a ring with an item in it is not left. One that found it empty asks for the same after it found no Next, and
// whether the tail is where it was; and to leave a ring is one step under the gate, which asks all of that again.
//
// Linearisation points: those of the rings. "Empty" at a moment between the look at the ring and the look at what is first:
// if the ring was the first all the time, when its Next was read; if it was left and is first again, when it became so.
//
// Memory order: the release write of Next and of the last ring pairs with the acquire reads that find them; an enqueue into
// the new ring comes after both, so its full fence (see SealableRing) orders it against a sleeper that saw Next null.

using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>An unbounded queue for many producers and consumers that can be sealed.</summary>
internal sealed class LinkedRings<T, TSides, TAtomics> : ISpareKeeper
    where TSides : struct, ISides
    where TAtomics : struct, IAtomics
{
    /// <summary>Taken for the growth, the rings that are left, and the seal; nothing else is taken while it is held.</summary>
    private readonly Gate _gate = new();

    private readonly RingGrowth _growth;

    /// <summary>The top of a stack of rings that were left, sealed. Under the gate.</summary>
    private SealableRing<T, TSides, TAtomics>? _spares;

    private long _spareBytes;

    private SpareTerm _spareTerm;

    /// <summary>Of all rings that were made; negative once there is a trimmer. Under the gate.</summary>
    private long _madeBytes;

    /// <summary>Where consumers look; moved on under the gate by whoever finds it sealed and empty.</summary>
    private SealableRing<T, TSides, TAtomics> _first;

    /// <summary>Where producers add; moved on under the gate.</summary>
    private SealableRing<T, TSides, TAtomics> _last;

    /// <summary>One when the last ring stays the last. Written under the gate.</summary>
    private int _sealed;

    internal LinkedRings(RingGrowth growth)
    {
        _growth = growth;
        _spareTerm = new SpareTerm(growth.SpareMilliseconds);
        _first = _last = new SealableRing<T, TSides, TAtomics>(growth.First);
    }

    /// <summary>The bytes of the rings that wait to be used again.</summary>
    internal long SpareBytes => TAtomics.Read(in _spareBytes);

    internal int Count
    {
        get
        {
            long count = 0;
            for (SealableRing<T, TSides, TAtomics>? ring = TAtomics.Read(in _first); ring is not null; ring = TAtomics.Read(in ring.Next))
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
            while (true)
            {
                SealableRing<T, TSides, TAtomics> ring = TAtomics.Read(in _first);
                if (!ring.IsEmptyAt(out long tail)) return false;
                if (HasEnded(ring, tail)) return true;
            }
        }
    }

    internal bool TryEnqueue(T item)
    {
        while (true)
        {
            SealableRing<T, TSides, TAtomics> ring = TAtomics.Read(in _last);
            if (ring.TryEnqueue(item)) return true;
            if (!TryGrow(ring)) return false;
        }
    }

    /// <returns>How many were added: all, unless it was sealed first.</returns>
    internal int TryEnqueue(ReadOnlySpan<T> items)
    {
        int added = 0;
        while (added < items.Length)
        {
            SealableRing<T, TSides, TAtomics> ring = TAtomics.Read(in _last);
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
            SealableRing<T, TSides, TAtomics> ring = TAtomics.Read(in _first);
            if (ring.TryDequeue(new First(this), out item, out long emptyAt)) return true;
            if (HasEnded(ring, emptyAt)) return false;
        }
    }

    internal int TryDequeue(Span<T> items)
    {
        int count = 0;
        while (count < items.Length)
        {
            SealableRing<T, TSides, TAtomics> ring = TAtomics.Read(in _first);
            int more = ring.TryDequeue(new First(this), items[count..], out long emptyAt);
            count += more;
            if (more == 0 && HasEnded(ring, emptyAt)) break;
        }

        return count;
    }

    internal bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        while (true)
        {
            SealableRing<T, TSides, TAtomics> ring = TAtomics.Read(in _first);
            if (ring.TryPeek(new First(this), out item, out long emptyAt)) return true;
            if (HasEnded(ring, emptyAt)) return false;
        }
    }

    /// <summary>For debuggers: see <see cref="IItemQueue{T}.CopyTo"/>.</summary>
    internal void CopyTo(List<T> items)
    {
        for (SealableRing<T, TSides, TAtomics>? ring = TAtomics.Read(in _first); ring is not null; ring = TAtomics.Read(in ring.Next)) ring.CopyTo(items);
    }

    void ISpareKeeper.DropUnused(bool isMemoryShort)
    {
        TAtomics.Enter(_gate);
        long unused = _spareTerm.End(_spareBytes, isMemoryShort ? 0 : SpareTerm.AlwaysKept, isMemoryShort);
        if (unused > 0)
        {
            while (unused > 0 && PopSpare() is { } spare) unused -= spare.Bytes;

            // Each that is kept was followed by one that is not, and would keep it. To a consumer that holds one still, it looks
            // as if linked again: it asks whether that ring is first.
            for (SealableRing<T, TSides, TAtomics>? kept = _spares; kept is not null; kept = kept.NextSpare) TAtomics.Write(ref kept.Next, null);
        }

        TAtomics.Exit(_gate);
    }

    internal void PutSeal()
    {
        TAtomics.Enter(_gate);
        _last.PutSeal();
        TAtomics.Write(ref _sealed, 1);
        TAtomics.Exit(_gate);
    }

    /// <summary>Sees to it that <paramref name="full"/> is no longer the last ring; false when the queue is sealed.</summary>
    private bool TryGrow(SealableRing<T, TSides, TAtomics> full)
    {
        if (TAtomics.Read(in _last) != full) return true;
        if (TAtomics.Read(in _sealed) != 0) return false;
        int capacity = _growth.After(full.Capacity);
        SealableRing<T, TSides, TAtomics>? made = null;
        while (true)
        {
            TAtomics.Enter(_gate);
            bool open = _sealed == 0;
            bool grows = open && _last == full && full.IsFull;
            SealableRing<T, TSides, TAtomics>? next = grows ? TakeSpare(capacity) ?? made : null;
            if (next is not null) Link(full, next);
            bool becomesLarge = made is not null && HasBecomeLarge(made);
            if (made is not null && next != made) PushSpare(made);
            TAtomics.Exit(_gate);
            if (becomesLarge) SpareTrimmer.Watch(this);
            if (next is not null || !grows) return open;

            // Outside the gate: there may be no memory, and the gate must not stay taken.
            made = new SealableRing<T, TSides, TAtomics>(capacity);
            made.PutSeal();
        }
    }

    /// <summary>Under the gate.</summary>
    /// <param name="full">The last ring.</param>
    /// <param name="next">A sealed ring: whoever finds it before it is opened waits at the gate.</param>
    private void Link(SealableRing<T, TSides, TAtomics> full, SealableRing<T, TSides, TAtomics> next)
    {
        TAtomics.Write(ref next.Next, null);
        full.PutSeal();
        TAtomics.Write(ref full.Next, next);
        TAtomics.Write(ref _last, next);
        next.Unseal();
    }

    /// <summary>After nothing was found in a ring: whether that was the end, or there is another to look into.</summary>
    private bool HasEnded(SealableRing<T, TSides, TAtomics> ring, long emptyAt)
    {
        if (emptyAt == SealableRing<T, TSides, TAtomics>.WrongPlace) return false;
        if (TAtomics.Read(in ring.Next) is null) return TAtomics.Read(in _first) == ring && ring.HasTail(emptyAt);
        Leave(ring, emptyAt);
        return false;
    }

    /// <summary>
    /// Goes on to the next ring, if this one is the first, has a next and is empty still. A step of its own under the gate: the
    /// caller's look may be so old that the ring was left, linked again and filled since.
    /// </summary>
    private void Leave(SealableRing<T, TSides, TAtomics> ring, long emptyAt)
    {
        TAtomics.Enter(_gate);
        if (_first == ring && ring.HasTail(emptyAt) && ring.Next is { } next)
        {
            TAtomics.Write(ref _first, next);
            PushSpare(ring);
        }

        TAtomics.Exit(_gate);
    }

    /// <summary>Whether there is more than is always kept, for the first time. Under the gate.</summary>
    private bool HasBecomeLarge(SealableRing<T, TSides, TAtomics> made)
    {
        if (_madeBytes < 0) return false;
        _madeBytes += made.Bytes;
        if (_madeBytes <= SpareTerm.AlwaysKept) return false;
        _madeBytes = -1;
        return true;
    }

    /// <summary>Under the gate.</summary>
    private SealableRing<T, TSides, TAtomics>? TakeSpare(int capacity)
    {
        SealableRing<T, TSides, TAtomics>? spare;
        do spare = PopSpare();
        while (spare is not null && spare.Capacity < capacity);
        _spareTerm.Saw(_spareBytes);
        return spare;
    }

    /// <summary>Under the gate.</summary>
    private void PushSpare(SealableRing<T, TSides, TAtomics> ring)
    {
        _spareBytes += ring.Bytes;
        ring.NextSpare = _spares;
        _spares = ring;
    }

    /// <summary>Under the gate.</summary>
    private SealableRing<T, TSides, TAtomics>? PopSpare()
    {
        if (_spares is not { } spare) return null;
        _spares = spare.NextSpare;
        _spareBytes -= spare.Bytes;
        spare.NextSpare = null;
        return spare;
    }

    private readonly struct First(LinkedRings<T, TSides, TAtomics> rings) : IRingPlace<T, TSides, TAtomics>
    {
        public bool IsFirst(SealableRing<T, TSides, TAtomics> ring) => TAtomics.Read(in rings._first) == ring;
    }
}
