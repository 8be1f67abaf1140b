// An unbounded first-in-first-out queue under a gate. Workers come here once in 61 turns, or when they have nothing of their
// own, and take several at once; so the gate is rarely contended, and a ring under it allocates only where it grows.
//
// Invariant: the items are those at [_head, _head + _count) of the ring; all three are touched inside the gate, but for _count,
// which is also read outside. A closed queue takes nothing more from outsiders: whatever came in before the close is in it.
//
// Linearisation points: the write of _count inside the gate. IsEmpty takes place at its read.

using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>Work that no worker has yet: from outside, and what did not fit a worker's queue.</summary>
internal sealed class GlobalQueue<TAtomics>
    where TAtomics : struct, IAtomics
{
    private readonly Gate _gate = new();

    private Lifecycle _life;

    private IWorkItem?[] _ring;

    private int _head;

    private int _count;

    private long _accepted;

    private bool _isClosed;

    /// <param name="capacity">For so many items it allocates nothing; a power of two.</param>
    internal GlobalQueue(int capacity = 64)
    {
        _ring = new IWorkItem?[capacity];
        _life.BeginLasting();
    }

    /// <summary>A moment's truth.</summary>
    internal int Count => TAtomics.Read(in _count);

    /// <summary>How many items outsiders have added, ever.</summary>
    internal long Accepted => TAtomics.Read(in _accepted);

    /// <summary>Adds an item of a thread that is no worker of the scheduler.</summary>
    /// <returns>False: the queue is closed.</returns>
    internal bool TryEnqueueFromOutside(IWorkItem item)
    {
        TAtomics.Enter(_gate);
        try
        {
            if (TAtomics.ReadSlot(in _isClosed)) return false;
            MakeRoom();
            TAtomics.Write(ref _accepted, _accepted + 1);
            Add(item);
            return true;
        }
        finally
        {
            // There may be no memory for a larger ring.
            TAtomics.Exit(_gate);
        }
    }

    /// <summary>Adds items of a worker, closed or not.</summary>
    internal void Enqueue(ReadOnlySpan<IWorkItem> items)
    {
        TAtomics.Enter(_gate);
        try
        {
            foreach (IWorkItem item in items)
            {
                MakeRoom();
                Add(item);
            }
        }
        finally
        {
            TAtomics.Exit(_gate);
        }
    }

    /// <summary>Takes the oldest item.</summary>
    internal IWorkItem? Dequeue()
    {
        if (TAtomics.Read(in _count) == 0) return null;
        TAtomics.Enter(_gate);
        IWorkItem? item = TAtomics.Read(in _count) > 0 ? Remove() : null;
        TAtomics.Exit(_gate);
        return item;
    }

    /// <summary>Takes a share: the oldest, and into <paramref name="own"/> what follows it. By that queue's owner.</summary>
    /// <param name="own">The caller's queue.</param>
    /// <param name="sharers">How many workers share what is there.</param>
    internal IWorkItem? DequeueShare(LocalQueue<TAtomics> own, int sharers)
    {
        if (TAtomics.Read(in _count) == 0) return null;
        TAtomics.Enter(_gate);
        int count = TAtomics.Read(in _count);
        int share = Math.Min((count / sharers) + 1, Math.Min(count, (own.Capacity - own.Count) / 2));
        IWorkItem? first = count > 0 ? Remove() : null;

        // Others only take from the caller's queue meanwhile: there is room for what was counted.
        for (int i = 1; i < share; i++) own.TryPush(Remove());
        TAtomics.Exit(_gate);
        return first;
    }

    /// <summary>Refuses what outsiders bring from now on.</summary>
    internal void Close()
    {
        TAtomics.Enter(_gate);
        TAtomics.WriteSlot(ref _isClosed, true);
        TAtomics.Exit(_gate);
    }

    private void Add(IWorkItem item)
    {
        int count = TAtomics.Read(in _count);
        _ring[(_head + count) & (_ring.Length - 1)] = item;
        TAtomics.Write(ref _count, count + 1);
        if (Lifecycle.IsWatched) _life.Step(count == 0 ? SchedulerTables.EnqueueFirst : SchedulerTables.Enqueue, count + 1);
    }

    private IWorkItem Remove()
    {
        int head = _head;
        IWorkItem item = _ring[head]!;
        _ring[head] = null;
        _head = (head + 1) & (_ring.Length - 1);
        int left = TAtomics.Read(in _count) - 1;
        TAtomics.Write(ref _count, left);
        if (Lifecycle.IsWatched) _life.Step(left == 0 ? SchedulerTables.DequeueLast : SchedulerTables.Dequeue, left);
        return item;
    }

    private void MakeRoom()
    {
        if (TAtomics.Read(in _count) < _ring.Length) return;
        var larger = new IWorkItem?[_ring.Length * 2];
        int untilEnd = _ring.Length - _head;
        _ring.AsSpan(_head).CopyTo(larger);
        _ring.AsSpan(0, _head).CopyTo(larger.AsSpan(untilEnd));
        _ring = larger;
        _head = 0;
    }
}
