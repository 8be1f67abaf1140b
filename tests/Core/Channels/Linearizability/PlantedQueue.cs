using System.Diagnostics.CodeAnalysis;
using FastCore.Channels.Queues;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>What is wrong with a <see cref="PlantedQueue"/>, once in a few items.</summary>
internal enum QueueFault
{
    None,
    SwapsTwoItems,
    DoublesAnItem,
    LosesAnItem,
    RefusesThoughThereIsRoom,
    TakesOneTooMany,
    TakesItemsAfterTheSeal,
    PeeksAtTheSecond,
    CountsOneTooMany,
}

/// <summary>A plain bounded queue under a lock, with a fault: what stands in a channel's engine for a ring that is wrong.</summary>
internal readonly struct PlantedQueue(QueueFault fault, int capacity) : IItemQueue<int>
{
    private const int Rarity = 8;

    private readonly Items _items = new();

    public static bool HasManyWriters => true;

    public static bool HasManyReaders => true;

    public int Count
    {
        get
        {
            lock (_items) return _items.List.Count + (IsFaultyNow(QueueFault.CountsOneTooMany) ? 1 : 0);
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (_items) return _items.List.Count == 0;
        }
    }

    public bool IsFull
    {
        get
        {
            lock (_items) return _items.List.Count >= capacity;
        }
    }

    public bool TryEnqueue(int item)
    {
        lock (_items)
        {
            if (_items.IsSealed && !IsFaultyNow(QueueFault.TakesItemsAfterTheSeal)) return false;
            if (IsFull && !IsFaultyNow(QueueFault.TakesOneTooMany)) return false;
            if (IsFaultyNow(QueueFault.RefusesThoughThereIsRoom)) return false;
            if (IsFaultyNow(QueueFault.LosesAnItem)) return true;
            _items.List.Insert(_items.List.Count - (!IsEmpty && IsFaultyNow(QueueFault.SwapsTwoItems) ? 1 : 0), item);
            if (IsFaultyNow(QueueFault.DoublesAnItem)) _items.List.Add(item);
            return true;
        }
    }

    public int TryEnqueue(ReadOnlySpan<int> items)
    {
        int added = 0;
        while (added < items.Length && TryEnqueue(items[added])) added++;
        return added;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out int item)
    {
        lock (_items)
        {
            bool found = TryPeek(0, out item);
            if (found) _items.List.RemoveAt(0);
            return found;
        }
    }

    public int TryDequeue(Span<int> items)
    {
        int count = 0;
        while (count < items.Length && TryDequeue(out items[count])) count++;
        return count;
    }

    public bool TryPeek([MaybeNullWhen(false)] out int item)
    {
        lock (_items) return TryPeek(_items.List.Count > 1 && IsFaultyNow(QueueFault.PeeksAtTheSecond) ? 1 : 0, out item);
    }

    public bool TrySeal()
    {
        lock (_items) _items.IsSealed = true;
        return true;
    }

    public void CopyTo(List<int> items) => items.AddRange(_items.List);

    private bool TryPeek(int index, out int item)
    {
        bool found = index < _items.List.Count;
        item = found ? _items.List[index] : 0;
        return found;
    }

    private bool IsFaultyNow(QueueFault asked) => asked == fault && ++_items.Uses % Rarity == 0;

    private sealed class Items
    {
        private static int _made;

        internal readonly List<int> List = [];

        internal bool IsSealed;

        /// <summary>Each queue begins at another use: some calls are too seldom to come so often in one history.</summary>
        internal int Uses = Interlocked.Increment(ref _made);
    }
}
