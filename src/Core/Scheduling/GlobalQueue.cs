// The queue that all workers share: several in truth, so that on a machine of many cores those who bring, and those who take,
// do not all meet at one place. A thread brings always to the same, so that what it spawns is taken in the order it came; a
// worker looks at all of them, beginning with the one behind that it began with the last time, so none of them waits longer
// than its turn.

using System.Numerics;
using FastCore.Atomics;

namespace FastCore.Scheduling;

/// <summary>Work that no worker has yet: from outside, and what did not fit a worker's queue.</summary>
internal sealed class GlobalQueue<TAtomics>
    where TAtomics : struct, IAtomics
{
    /// <summary>Workers to a shard: that many take turns at a gate without waiting much.</summary>
    private const int WorkersPerShard = 4;

    private const int MostShards = 16;

    private readonly SharedQueue<TAtomics>[] _shards;

    /// <summary>For so many workers.</summary>
    internal GlobalQueue(int workers)
    {
        int shards = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min((workers + WorkersPerShard - 1) / WorkersPerShard, MostShards));
        _shards = new SharedQueue<TAtomics>[shards];
        for (int i = 0; i < shards; i++) _shards[i] = new SharedQueue<TAtomics>(64);
    }

    internal int Shards => _shards.Length;

    internal bool IsEmpty
    {
        get
        {
            foreach (SharedQueue<TAtomics> shard in _shards)
            {
                if (!shard.IsEmpty) return false;
            }

            return true;
        }
    }

    /// <summary>A moment's truth.</summary>
    internal int Count
    {
        get
        {
            int count = 0;
            foreach (SharedQueue<TAtomics> shard in _shards) count += shard.Count;
            return count;
        }
    }

    /// <summary>How many items outsiders have added, ever.</summary>
    internal long Accepted
    {
        get
        {
            long accepted = 0;
            foreach (SharedQueue<TAtomics> shard in _shards) accepted += shard.Accepted;
            return accepted;
        }
    }

    /// <inheritdoc cref="SharedQueue{TAtomics}.TryEnqueueFromOutside"/>
    internal bool TryEnqueueFromOutside(IWorkItem item) => Shard(_shards.Length == 1 ? 0 : (uint)Environment.CurrentManagedThreadId).TryEnqueueFromOutside(item);

    /// <summary>Adds items of a worker, closed or not.</summary>
    /// <param name="items">The items.</param>
    /// <param name="worker">The worker's number.</param>
    internal void Enqueue(ReadOnlySpan<IWorkItem> items, int worker) => Shard((uint)worker).Enqueue(items);

    /// <summary>Takes an item, the oldest of its shard.</summary>
    /// <param name="turn">Rises from call to call of a worker, and says where it begins to look.</param>
    internal IWorkItem? Dequeue(uint turn)
    {
        for (int i = 0; i < _shards.Length; i++)
        {
            if (Shard(turn + (uint)i).Dequeue() is { } item) return item;
        }

        return null;
    }

    /// <inheritdoc cref="SharedQueue{TAtomics}.DequeueShare"/>
    /// <param name="turn">As in <see cref="Dequeue"/>.</param>
    /// <param name="own"/>
    /// <param name="sharers"/>
    internal IWorkItem? DequeueShare(uint turn, LocalQueue<TAtomics> own, int sharers)
    {
        for (int i = 0; i < _shards.Length; i++)
        {
            if (Shard(turn + (uint)i).DequeueShare(own, sharers) is { } item) return item;
        }

        return null;
    }

    /// <summary>Refuses what outsiders bring from now on.</summary>
    internal void Close()
    {
        foreach (SharedQueue<TAtomics> shard in _shards) shard.Close();
    }

    private SharedQueue<TAtomics> Shard(uint number) => _shards[number & (uint)(_shards.Length - 1)];
}
