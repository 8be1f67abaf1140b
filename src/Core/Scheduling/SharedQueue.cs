// An unbounded first-in-first-out queue with a gate at each end, so that those who bring and those who take are not in each
// other's way: the two-lock queue of Michael and Scott (PODC 1996), on a ring that grows. A gate is one compare-and-swap; who
// takes comes seldom and takes several, so it costs who brings little more than a line of the cache now and then.
//
// Invariant: the items are those at the positions [Head, Tail), each in the slot of its position in _ring; positions count from
// when the queue was made. Tail and what stands beside it are written inside the gate of the bringers, Head inside that of the
// takers, and _ring inside both, the bringers' first. Known is a Head of the past, so there is at least the room it tells of.
// A closed queue takes nothing more from outsiders: whatever came in before the close is in it.
//
// Linearisation points: an enqueue takes place at its write of Tail, a dequeue at its write of Head. "Empty" takes place at the
// read of Tail: Head is read before it and never passes it, so if they were equal there was nothing at that moment.
//
// Memory order: the release write of Tail publishes the slot, and pairs with the acquire read of a taker. The release write of
// Head gives the slot back, emptied, and pairs with the acquire read by which a bringer, or who makes the ring larger, learns of it.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>Work that no worker has yet.</summary>
internal sealed class SharedQueue<TAtomics>
    where TAtomics : struct, IAtomics
{
    private readonly SharedQueueTail _tail = new();

    private readonly SharedQueueHead _head = new();

    /// <summary>While somebody watches, the gate of the steps of <see cref="_life"/> and of the writes that they tell of.</summary>
    private readonly Gate _told = new();

    /// <summary>Its length is a power of two: what makes the unchecked access in <see cref="Slot"/> safe.</summary>
    private IWorkItem?[] _ring;

    private Lifecycle _life;

    /// <param name="capacity">For so many items it allocates nothing; a power of two.</param>
    internal SharedQueue(int capacity)
    {
        Debug.Assert(int.IsPow2(capacity), "Positions are mapped to slots by a mask.");
        _ring = new IWorkItem?[capacity];
        _life.BeginLasting();
    }

    internal bool IsEmpty => TAtomics.Read(in _head.Head) >= TAtomics.Read(in _tail.Tail);

    /// <summary>A moment's truth.</summary>
    internal int Count
    {
        get
        {
            long head = TAtomics.Read(in _head.Head);
            return (int)Math.Min(TAtomics.Read(in _tail.Tail) - head, int.MaxValue);
        }
    }

    /// <summary>How many items outsiders have added, ever.</summary>
    internal long Accepted => TAtomics.Read(in _tail.Accepted);

    /// <summary>Adds an item of a thread that is no worker of the scheduler.</summary>
    /// <returns>False: the queue is closed.</returns>
    internal bool TryEnqueueFromOutside(IWorkItem item)
    {
        TAtomics.Enter(_tail);
        bool isOpen = !TAtomics.ReadSlot(in _tail.IsClosed);
        if (isOpen)
        {
            if (IsPerhapsFull) MakeRoom();
            TAtomics.Write(ref _tail.Accepted, _tail.Accepted + 1);
            Add(item);
        }

        TAtomics.Exit(_tail);
        return isOpen;
    }

    /// <summary>Adds items of a worker, closed or not.</summary>
    internal void Enqueue(ReadOnlySpan<IWorkItem> items)
    {
        TAtomics.Enter(_tail);
        foreach (IWorkItem item in items)
        {
            if (IsPerhapsFull) MakeRoom();
            Add(item);
        }

        TAtomics.Exit(_tail);
    }

    /// <summary>Takes the oldest item.</summary>
    internal IWorkItem? Dequeue()
    {
        if (IsEmpty) return null;
        TAtomics.Enter(_head);
        IWorkItem? item = IsEmpty ? null : Remove();
        TAtomics.Exit(_head);
        return item;
    }

    /// <summary>Takes a share: the oldest, and into <paramref name="own"/> what follows it. By that queue's owner.</summary>
    /// <param name="own">The caller's queue.</param>
    /// <param name="sharers">How many workers share what is there.</param>
    internal IWorkItem? DequeueShare(LocalQueue<TAtomics> own, int sharers)
    {
        if (IsEmpty) return null;
        TAtomics.Enter(_head);
        int count = Count;
        int share = Math.Min((count / sharers) + 1, Math.Min(count, (own.Capacity - own.Count) / 2));
        IWorkItem? first = count > 0 ? Remove() : null;

        // Others only take from the caller's queue meanwhile: there is room for what was counted.
        for (int i = 1; i < share; i++) own.TryPush(Remove());
        TAtomics.Exit(_head);
        return first;
    }

    /// <summary>Refuses what outsiders bring from now on.</summary>
    internal void Close()
    {
        TAtomics.Enter(_tail);
        TAtomics.WriteSlot(ref _tail.IsClosed, true);
        TAtomics.Exit(_tail);
    }

    /// <summary>Whether there may be no room. Inside the gate of the bringers.</summary>
    private bool IsPerhapsFull => _tail.Tail - _tail.Known >= _ring.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref IWorkItem? Slot(IWorkItem?[] ring, long position) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(ring), (nint)(position & (ring.Length - 1)));

    private void Add(IWorkItem item)
    {
        long tail = _tail.Tail;
        TAtomics.WriteSlot(ref Slot(_ring, tail), item);
        if (Lifecycle.IsWatched) MoveWatched(ref _tail.Tail, tail + 1);
        else TAtomics.Write(ref _tail.Tail, tail + 1);
    }

    /// <remarks>There is one: the caller, in the gate of the takers, has seen it.</remarks>
    private IWorkItem Remove()
    {
        long head = _head.Head;
        ref IWorkItem? slot = ref Slot(_ring, head);
        IWorkItem item = TAtomics.ReadSlot(in slot)!;
        TAtomics.WriteSlot(ref slot, null);
        if (Lifecycle.IsWatched) MoveWatched(ref _head.Head, head + 1);
        else TAtomics.Write(ref _head.Head, head + 1);
        return item;
    }

    /// <summary>Finds room that was made, or makes a larger ring. Inside the gate of the bringers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom()
    {
        long tail = _tail.Tail;
        _tail.Known = TAtomics.Read(in _head.Head);
        if (!IsPerhapsFull) return;
        IWorkItem?[] larger;
        try
        {
            larger = new IWorkItem?[_ring.Length * 2];
        }
        catch
        {
            // There is no memory for it: the queue stays as it is, and open to others.
            TAtomics.Exit(_tail);
            throw;
        }

        TAtomics.Enter(_head);
        for (long position = _head.Head; position < tail; position++) TAtomics.WriteSlot(ref Slot(larger, position), TAtomics.ReadSlot(in Slot(_ring, position)));
        _ring = larger;
        TAtomics.Exit(_head);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveWatched(ref long end, long position)
    {
        TAtomics.Enter(_told);
        int before = Count;
        TAtomics.Write(ref end, position);
        int count = Count;
        _life.Step(
            count > before
                ? before == 0 ? SchedulerTables.EnqueueFirst : SchedulerTables.Enqueue
                : count == 0 ? SchedulerTables.DequeueLast : SchedulerTables.Dequeue,
            count);
        TAtomics.Exit(_told);
    }
}
