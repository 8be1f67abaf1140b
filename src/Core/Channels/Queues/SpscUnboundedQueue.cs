// Unbounded single-producer single-consumer queue: a chain of rings. The producer fills the last; when it is full it links
// one of twice the size (up to a limit) that already holds the item. The consumer empties the first and then goes on. While
// the backlog fits the last ring, the queue is that ring and makes no garbage.
//
// Invariant: only the last ring is ever enqueued into, so a ring with a Next that is found empty stays empty.
//
// Linearisation points: those of the ring, and the write of Next for the enqueue that links one. "Empty" at the moment the
// ring was found empty, if its Next is null after that.
//
// Memory order: the release write of Next carries the ring and its first item to the acquire read that finds it.

using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;
using FastCore.Rings;

namespace FastCore.Channels.Queues;

/// <summary>The queue of an unbounded channel with one writer and one reader.</summary>
internal readonly struct SpscUnboundedQueue<T, TAtomics>(int firstCapacity) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly Chain _chain = new(firstCapacity);

    public static bool IsShared => false;

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
            while (link.Ring.IsEmpty)
            {
                Link? next = TAtomics.Read(in link.Next);
                if (next is null) return true;
                if (!link.Ring.IsEmpty) return false;
                link = next;
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
        if (items.IsEmpty) return 0;
        Link first = TAtomics.Read(in _chain.First);
        int count = first.Ring.TryDequeue(items);
        return count == 0 && _chain.TryGoOn(first, out Link? next) ? next.Ring.TryDequeue(items) : count;
    }

    public bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        Link first = TAtomics.Read(in _chain.First);
        ReadOnlySpan<T> oldest = first.Ring.Peek(1);
        if (oldest.IsEmpty && _chain.TryGoOn(first, out Link? next)) oldest = next.Ring.Peek(1);
        item = oldest.IsEmpty ? default : oldest[0];
        return !oldest.IsEmpty;
    }

    public bool TrySeal() => false;

    public void CopyTo(List<T> items)
    {
        for (Link? link = TAtomics.Read(in _chain.First); link is not null; link = TAtomics.Read(in link.Next)) link.Ring.CopyTo(items);
    }

    private sealed class Link(int capacity)
    {
        internal readonly SpscRingCore<T, TAtomics> Ring = new(capacity);

        /// <summary>Written once by the producer.</summary>
        internal Link? Next;
    }

    private sealed class Chain
    {
        /// <summary>Rings stop growing here, so that items of two words keep them out of the large object heap.</summary>
        private const int LargestCapacity = 4096;

        /// <summary>Written by the consumer.</summary>
        internal Link First;

        /// <summary>The producer's own.</summary>
        internal Link Last;

        internal Chain(int firstCapacity) => First = Last = new Link(firstCapacity);

        /// <summary>Producer: links a larger ring that holds the item. Always true: there is always room.</summary>
        internal bool Extend(Link full, T item)
        {
            var next = new Link(Math.Min(full.Ring.Capacity * 2, LargestCapacity));
            bool added = next.Ring.TryEnqueue(item);
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
    }
}
