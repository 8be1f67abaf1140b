// Unbounded single-producer single-consumer queue: a chain of rings. The producer fills the last; when it is full it links one
// of twice the size (up to a limit) that already holds the item. The consumer empties the first and then goes on; the rings it
// has left stay in the chain, before the first, and the producer links the oldest of them again, so that a backlog that comes
// and goes makes no garbage. What no backlog has needed for long is let go, at a full collection (SpareTrimmer).
//
// Invariant: only the last ring is ever enqueued into. A ring that was left is linked again with an item in it, so its tail
// has moved. From the oldest to the first, each link's Next is the one that was linked after it; those before the first are
// the producer's, and the trimmer's, under the gate.
//
// Linearisation points: those of the ring, and the write of Next for the enqueue that links one. "Empty" at the read of a null
// Next after the ring was found empty, if its tail has not moved by then: the ring was the last all that time.
//
// Memory order: the release write of Next carries the ring and its first item to the acquire read that finds it. The release
// write of First, and the acquire read of it under the gate, order all that the consumer did with a ring before its next use.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Rings;

namespace FastCore.Channels.Queues;

/// <summary>The queue of an unbounded channel with one writer and one reader.</summary>
internal readonly struct SpscUnboundedQueue<T, TAtomics>(RingGrowth growth) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly Chain _chain = new(growth);

    public static bool HasManyWriters => false;

    public static bool HasManyReaders => false;

    public int Count
    {
        get
        {
            long count = 0;
            for (Link? link = TAtomics.Read(in _chain.First); link is not null; link = TAtomics.Read(in link.Next)) count += link.Ring.Count;
            return (int)Math.Min(count, int.MaxValue);
        }
    }

    public bool IsEmpty
    {
        get
        {
            Link link = TAtomics.Read(in _chain.First);
            while (link.Ring.IsEmptyAt(out long tail))
            {
                Link? next = TAtomics.Read(in link.Next);
                if (next is not null) link = next;
                else if (link.Ring.HasTail(tail)) return true;
                else link = TAtomics.Read(in _chain.First);
            }

            return false;
        }
    }

    public bool IsFull => false;

    public bool TryEnqueue(T item)
    {
        Link last = _chain.Last;
        return last.Ring.TryEnqueue(item) || _chain.Extend(last, item);
    }

    public int TryEnqueue(ReadOnlySpan<T> items)
    {
        int added = 0;
        while (added < items.Length)
        {
            Link last = _chain.Last;
            int more = last.Ring.TryEnqueue(items[added..]);
            if (more == 0 && _chain.Extend(last, items[added])) more = 1;
            added += more;
        }

        return added;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        Link first = TAtomics.Read(in _chain.First);
        return first.Ring.TryDequeue(out item) || (_chain.TryGoOn(first, out Link? next) && next.Ring.TryDequeue(out item));
    }

    public int TryDequeue(Span<T> items)
    {
        int count = 0;
        Link first = TAtomics.Read(in _chain.First);
        while (count < items.Length)
        {
            int more = first.Ring.TryDequeue(items[count..]);
            count += more;
            if (more != 0) continue;
            if (!_chain.TryGoOn(first, out Link? next)) break;
            first = next;
        }

        return count;
    }

    public bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        Link first = TAtomics.Read(in _chain.First);
        return first.Ring.TryPeek(out item) || (_chain.TryGoOn(first, out Link? next) && next.Ring.TryPeek(out item));
    }

    public bool TrySeal() => false;

    public void CopyTo(List<T> items)
    {
        for (Link? link = TAtomics.Read(in _chain.First); link is not null; link = TAtomics.Read(in link.Next)) link.Ring.CopyTo(items);
    }

    /// <summary>The rings that wait to be used again.</summary>
    internal long SpareRings => _chain.Spares;

    internal ISpareKeeper Keeper => _chain;

    private sealed class Link(int capacity)
    {
        internal readonly SpscRingCore<T, TAtomics> Ring = new(capacity);

        /// <summary>Written by the producer, each time the ring is linked.</summary>
        internal Link? Next;

        /// <summary>How many were linked before it. Written by the producer, before it links it.</summary>
        internal long Number;
    }

    private sealed class Chain : ISpareKeeper
    {
        private readonly RingGrowth _growth;

        /// <summary>Taken for the links before the first.</summary>
        private readonly Gate _gate = new();

        /// <summary>Written by the consumer.</summary>
        internal Link First;

        /// <summary>The producer's own.</summary>
        internal Link Last;

        /// <summary>The first, or the oldest of the links that the consumer has left. Under the gate.</summary>
        private Link _oldest;

        private SpareTerm _spareTerm;

        /// <summary>How many were made; negative once there is a trimmer. The producer's own.</summary>
        private long _made;

        internal Chain(RingGrowth growth)
        {
            _growth = growth;
            _spareTerm = new SpareTerm(growth.SpareMilliseconds);
            First = Last = _oldest = new Link(growth.First);
        }

        internal long Spares
        {
            get
            {
                TAtomics.Enter(_gate);
                long spares = CountSpares();
                TAtomics.Exit(_gate);
                return spares;
            }
        }

        /// <summary>How many of the largest rings are kept for good.</summary>
        private long AlwaysKept => SpareTerm.AlwaysKept / ((long)_growth.Largest * Unsafe.SizeOf<T>());

        /// <summary>Producer: links a larger ring that holds the item. Always true: there is always room.</summary>
        internal bool Extend(Link full, T item)
        {
            int capacity = _growth.After(full.Ring.Capacity);
            Link next = TakeSpare(capacity) ?? Make(capacity);
            bool added = next.Ring.TryEnqueue(item);
            next.Number = full.Number + 1;
            TAtomics.Write(ref next.Next, null);
            Last = next;
            TAtomics.Write(ref full.Next, next);
            return added;
        }

        /// <summary>
        /// Consumer: after <paramref name="first"/> was found empty, goes to the first ring behind it that has an item.
        /// False: there is none. An item that came into <paramref name="first"/> meanwhile makes it return that ring.
        /// </summary>
        internal bool TryGoOn(Link first, [MaybeNullWhen(false)] out Link next)
        {
            next = TAtomics.Read(in first.Next);
            if (next is null) return false;
            if (first.Ring.IsEmpty) TAtomics.Write(ref First, next);
            else next = first;
            return true;
        }

        void ISpareKeeper.DropUnused(bool isMemoryShort)
        {
            TAtomics.Enter(_gate);
            for (long unused = _spareTerm.End(CountSpares(), isMemoryShort ? 0 : AlwaysKept, isMemoryShort); unused > 0; unused--) _oldest = _oldest.Next!;
            TAtomics.Exit(_gate);
        }

        /// <summary>Producer.</summary>
        private Link? TakeSpare(int capacity)
        {
            Link? spare;
            TAtomics.Enter(_gate);
            long spares = CountSpares();
            do
            {
                spare = spares == 0 ? null : _oldest;
                if (spare is null) break;
                _oldest = spare.Next!;
                spares--;
            }
            while (spare.Ring.Capacity < capacity);
            _spareTerm.Saw(spares);
            TAtomics.Exit(_gate);
            return spare;
        }

        /// <summary>Producer.</summary>
        private Link Make(int capacity)
        {
            if (_made >= 0 && ++_made > AlwaysKept)
            {
                _made = -1;
                SpareTrimmer.Watch(this);
            }

            return new Link(capacity);
        }

        /// <summary>Under the gate: nobody links one of them again meanwhile.</summary>
        private long CountSpares() => TAtomics.Read(in First).Number - _oldest.Number;
    }
}
