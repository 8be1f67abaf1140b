// The queue of a prioritised channel: a binary heap under a lock of its own.
//
// Items that compare as equal keep the order in which they came: each has a number, which is compared last.
//
// The comparer is the caller's code and runs under the lock, and sometimes under the channel's gate; what it throws must not
// get out there. It is kept, the comparison falls back to the numbers, and the next write throws it: see ThrowIfFaulted.
//
// Memory order: all under the lock. The fence after it is the one the channel's sleep protocol counts on, so that nothing
// depends on how a lock is left.

using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>A queue that gives the least item first, as the comparer says; bounded, or with the largest capacity there is.</summary>
internal readonly struct PrioritizedQueue<T, TAtomics>(int capacity, IComparer<T>? comparer) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly Heap _heap = new(comparer ?? Comparer<T>.Default);

    public static bool HasManyWriters => true;

    public static bool HasManyReaders => true;

    public int Count => _heap.Count;

    public bool IsEmpty => _heap.Count == 0;

    public bool IsFull => _heap.Count >= capacity;

    public bool TryEnqueue(T item)
    {
        TAtomics.Enter(_heap.Gate);
        bool added;
        try
        {
            added = TryAdd(item);
        }
        finally
        {
            // There may be no memory to grow.
            TAtomics.Exit(_heap.Gate);
        }

        TAtomics.Fence();
        return added;
    }

    public int TryEnqueue(ReadOnlySpan<T> items)
    {
        TAtomics.Enter(_heap.Gate);
        int added = 0;
        try
        {
            while (added < items.Length && TryAdd(items[added])) added++;
        }
        finally
        {
            TAtomics.Exit(_heap.Gate);
        }

        TAtomics.Fence();
        return added;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        TAtomics.Enter(_heap.Gate);
        bool found = _heap.TryTake(out item);
        TAtomics.Exit(_heap.Gate);
        TAtomics.Fence();
        return found;
    }

    public int TryDequeue(Span<T> items)
    {
        TAtomics.Enter(_heap.Gate);
        int count = 0;
        for (; count < items.Length && _heap.TryTake(out T? item); count++) items[count] = item;
        TAtomics.Exit(_heap.Gate);
        TAtomics.Fence();
        return count;
    }

    public bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        TAtomics.Enter(_heap.Gate);
        bool found = _heap.TryPeek(out item);
        TAtomics.Exit(_heap.Gate);
        return found;
    }

    public bool TrySeal()
    {
        TAtomics.Enter(_heap.Gate);
        _heap.IsSealed = true;
        TAtomics.Exit(_heap.Gate);
        return true;
    }

    public void CopyTo(List<T> items) => _heap.CopyTo(items);

    /// <summary>Throws, once, what the comparer threw.</summary>
    internal void ThrowIfFaulted() => _heap.ThrowIfFaulted();

    private bool TryAdd(T item)
    {
        if (_heap.IsSealed || _heap.Count >= capacity) return false;
        _heap.Add(item);
        return true;
    }

    /// <summary>An item and when it came.</summary>
    private readonly record struct Numbered(T Item, long Number);

    /// <summary>
    /// Every member but <see cref="Count"/>, <see cref="ThrowIfFaulted"/> and <see cref="CopyTo"/> under <see cref="Gate"/>.
    /// </summary>
    private sealed class Heap(IComparer<T> comparer) : IComparer<Numbered>
    {
        private PriorityQueue<T, Numbered>? _items;

        private Exception? _fault;

        private long _number;

        private int _count;

        internal readonly Gate Gate = new();

        internal bool IsSealed;

        internal int Count => TAtomics.Read(in _count);

        private PriorityQueue<T, Numbered> Items => _items ??= new PriorityQueue<T, Numbered>(this);

        internal void Add(T item)
        {
            Items.Enqueue(item, new Numbered(item, _number++));
            TAtomics.Write(ref _count, _count + 1);
        }

        internal bool TryTake([MaybeNullWhen(false)] out T item)
        {
            if (!Items.TryDequeue(out item, out _)) return false;
            TAtomics.Write(ref _count, _count - 1);
            return true;
        }

        internal bool TryPeek([MaybeNullWhen(false)] out T item) => Items.TryPeek(out item, out _);

        internal void ThrowIfFaulted()
        {
            if (TAtomics.Read(in _fault) is not null && TAtomics.Exchange(ref _fault, null) is { } fault)
                throw new InvalidOperationException("The comparer of a prioritised channel threw; the items it was asked about are in the channel, in the order they came.", fault);
        }

        /// <summary>For debuggers: what a comparer throws in here is not what a write did, so it is not kept.</summary>
        internal void CopyTo(List<T> items)
        {
            Numbered[] sorted = [.. Items.UnorderedItems.Select(static entry => entry.Priority)];
            Array.Sort(sorted, (one, other) => Compare(one, other, out _));
            foreach (Numbered entry in sorted) items.Add(entry.Item);
        }

        public int Compare(Numbered one, Numbered other)
        {
            int order = Compare(one, other, out Exception? error);
            if (error is not null) TAtomics.Write(ref _fault, error);
            return order;
        }

        private int Compare(Numbered one, Numbered other, out Exception? error)
        {
            int order = 0;
            error = null;
            try
            {
                order = comparer.Compare(one.Item, other.Item);
            }
            catch (Exception thrown)
            {
                error = thrown;
            }

            return order != 0 ? order : one.Number.CompareTo(other.Number);
        }
    }
}
