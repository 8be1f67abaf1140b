// The queue of a bounded channel that drops an item when it is full, instead of making the writer wait. Which item goes must
// be decided together with the write, so this queue is a circular buffer under a lock of its own.
//
// A write that drops wakes nobody and need not: the queue is full, hence not empty, before it, after it, and to those who read
// the count meanwhile; whoever made it so either has looked for waiting readers since, or will. That is why the callback may
// run here, before the channel looks, and why an exception from it leaves no reader asleep; the channel writes a batch item by
// item for the same reason. The callback runs outside the lock, so it may use the channel.
//
// Memory order: all under the lock. The fence after it is the one the channel's sleep protocol counts on, so that nothing
// depends on how a lock is left.

using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>A bounded queue that is never full: it drops the newest, the oldest or the written item.</summary>
internal readonly struct DroppingQueue<T, TAtomics>(int capacity, BoundedChannelFullMode mode, Action<T>? itemDropped) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly Ring _ring = new(capacity, mode);

    public static bool HasManyWriters => true;

    public static bool HasManyReaders => true;

    public static bool TellsOfDrops => true;

    public int Count => _ring.Count;

    public bool IsEmpty => _ring.Count == 0;

    public bool IsFull => false;

    public bool TryEnqueue(T item)
    {
        TAtomics.Enter(_ring.Gate);
        bool accepted;
        bool dropped;
        T? victim;
        try
        {
            accepted = _ring.TryAdd(item, out dropped, out victim);
        }
        finally
        {
            // There may be no memory to grow.
            TAtomics.Exit(_ring.Gate);
        }

        TAtomics.Fence();
        if (dropped) itemDropped?.Invoke(victim!);
        return accepted;
    }

    public int TryEnqueue(ReadOnlySpan<T> items)
    {
        int added = 0;
        while (added < items.Length && TryEnqueue(items[added])) added++;
        return added;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        TAtomics.Enter(_ring.Gate);
        bool found = _ring.TryPeek(out item);
        if (found) _ring.RemoveOldest();
        TAtomics.Exit(_ring.Gate);
        TAtomics.Fence();
        return found;
    }

    public int TryDequeue(Span<T> items)
    {
        TAtomics.Enter(_ring.Gate);
        int count = 0;
        for (; count < items.Length && _ring.TryPeek(out T? item); count++)
        {
            items[count] = item;
            _ring.RemoveOldest();
        }

        TAtomics.Exit(_ring.Gate);
        TAtomics.Fence();
        return count;
    }

    public bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        TAtomics.Enter(_ring.Gate);
        bool found = _ring.TryPeek(out item);
        TAtomics.Exit(_ring.Gate);
        return found;
    }

    public bool TrySeal()
    {
        TAtomics.Enter(_ring.Gate);
        _ring.IsSealed = true;
        TAtomics.Exit(_ring.Gate);
        return true;
    }

    public void CopyTo(List<T> items) => _ring.CopyTo(items);

    /// <summary>
    /// The circular buffer; every member but <see cref="Count"/> and <see cref="CopyTo"/> under <see cref="Gate"/>.
    /// </summary>
    private sealed class Ring(int capacity, BoundedChannelFullMode mode)
    {
        private const int SmallestArray = 16;

        private T[] _items = new T[Math.Min(capacity, SmallestArray)];

        private int _oldest;

        private int _count;

        internal readonly Gate Gate = new();

        internal bool IsSealed;

        internal int Count => TAtomics.Read(in _count);

        /// <summary>Adds the item, or drops one as the mode says; false, and nothing done, when sealed.</summary>
        internal bool TryAdd(T item, out bool dropped, out T? victim)
        {
            dropped = !IsSealed && _count == capacity;
            victim = default;
            if (IsSealed) return false;
            if (!dropped)
            {
                Append(item);
                return true;
            }

            switch (mode)
            {
                case BoundedChannelFullMode.DropOldest:
                    // In place: the count is read without the lock, and must not say that an item is gone.
                    victim = _items[_oldest];
                    _items[_oldest] = item;
                    _oldest = Index(1);
                    break;
                case BoundedChannelFullMode.DropNewest:
                    ref T newest = ref _items[Index(_count - 1)];
                    victim = newest;
                    newest = item;
                    break;
                default:
                    victim = item;
                    break;
            }

            return true;
        }

        internal bool TryPeek([MaybeNullWhen(false)] out T item)
        {
            item = _count == 0 ? default : _items[_oldest];
            return _count != 0;
        }

        internal void CopyTo(List<T> items)
        {
            for (int offset = 0; offset < _count; offset++) items.Add(_items[Index(offset)]);
        }

        internal void RemoveOldest()
        {
            _items[_oldest] = default!;
            _oldest = Index(1);
            TAtomics.Write(ref _count, _count - 1);
        }

        private void Append(T item)
        {
            if (_count == _items.Length) Grow();
            _items[Index(_count)] = item;
            TAtomics.Write(ref _count, _count + 1);
        }

        private int Index(int offset)
        {
            int index = _oldest + offset;
            return index < _items.Length ? index : index - _items.Length;
        }

        private void Grow()
        {
            var larger = new T[(int)Math.Min(_items.Length * 2L, capacity)];
            _items.AsSpan(_oldest).CopyTo(larger);
            _items.AsSpan(0, _oldest).CopyTo(larger.AsSpan(_items.Length - _oldest));
            _items = larger;
            _oldest = 0;
        }
    }
}
