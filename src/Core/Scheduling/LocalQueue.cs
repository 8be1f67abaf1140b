// The bounded work-stealing deque of Chase and Lev (SPAA 2005), with the orders that Lê, Pop, Cohen and Zappa Nardelli proved
// for weak memory (PPoPP 2013), and of fixed size as in Go's scheduler: a full queue says so, and its owner moves half away.
//
// The owner pushes at the tail. Anybody, the owner too, takes the oldest item at the head, so work is served in the order it
// came; the owner alone may take the newest, which is what a fork wants that has not been stolen when its join comes.
//
// Invariant: the items are those at [Head, Tail). Head never goes back. Tail is the owner's; it goes back by one only while
// the owner takes the newest. The slot of position p holds p's item from before Tail passes p until the item has been claimed,
// and a new one is put there only when the owner has seen Head > p - so a thief that read a slot too late fails at its compare-and-swap of Head.
//
// Linearisation points: a push takes place at its write of Tail; a take of the oldest, and of the newest where that is the
// last, at the compare-and-swap of Head; a take of the newest of several at the write of Tail. "Empty" takes place at the
// second cursor's read.
//
// Memory order: the release write of Tail publishes the slot, and pairs with a thief's acquire read of Tail. Who takes the
// newest writes Tail, then fences, then reads Head; a thief reads Head, then fences, then reads Tail. So if the owner saw a
// Head that leaves the newest to it, every thief whose Head has come to that item sees the lowered Tail; without the owner's
// fence its write could wait behind its read, and both would have the item.
//
// Half of a queue is stolen item by item: one compare-and-swap over several would claim items that the owner may be taking
// from the other end.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;

namespace FastCore.Scheduling;

/// <summary>The work that waits for one worker, and which others may steal.</summary>
internal sealed class LocalQueue<TAtomics>
    where TAtomics : struct, IAtomics
{
    internal const int DefaultCapacity = 256;

    private readonly IWorkItem?[] _slots;

    /// <summary>Always <c>_slots.Length - 1</c>: what makes the unchecked access in <see cref="Slot"/> safe.</summary>
    private readonly long _mask;

    private LocalQueueCursors _cursors;

    /// <param name="capacity">A power of two.</param>
    internal LocalQueue(int capacity = DefaultCapacity)
    {
        Debug.Assert(int.IsPow2(capacity), "Positions are mapped to slots by a mask.");
        _slots = new IWorkItem?[capacity];
        _mask = capacity - 1;
    }

    internal int Capacity => _slots.Length;

    /// <summary>How many items wait. By anyone; a moment's truth.</summary>
    internal int Count
    {
        get
        {
            long head = TAtomics.Read(in _cursors.Head);
            return (int)Math.Clamp(TAtomics.Read(in _cursors.Tail) - head, 0, Capacity);
        }
    }

    /// <summary>Adds the newest item. By the owner.</summary>
    /// <returns>False: there is no room.</returns>
    internal bool TryPush(IWorkItem item)
    {
        long tail = TAtomics.ReadOwned(in _cursors.Tail);

        // Others move the head: to look at it for each push would fetch its cache line from them each time.
        if (tail - _cursors.HeadSeen >= Capacity)
        {
            _cursors.HeadSeen = TAtomics.Read(in _cursors.Head);
            if (tail - _cursors.HeadSeen >= Capacity) return false;
        }

        TAtomics.Write(ref Slot(tail), item);
        TAtomics.Write(ref _cursors.Tail, tail + 1);
        return true;
    }

    /// <summary>Takes the oldest item. By the owner, which knows the tail and so needs no fence.</summary>
    internal IWorkItem? TakeOldest()
    {
        long tail = TAtomics.ReadOwned(in _cursors.Tail);
        long head = TAtomics.Read(in _cursors.Head);
        while (head < tail)
        {
            ref IWorkItem? slot = ref Slot(head);
            IWorkItem? item = TAtomics.Read(in slot);
            long seen = TAtomics.CompareExchange(ref _cursors.Head, head + 1, head);
            if (seen == head)
            {
                TAtomics.Write(ref slot, null);
                return item;
            }

            head = seen;
        }

        return null;
    }

    /// <summary>Takes the newest item. By the owner.</summary>
    internal IWorkItem? TakeNewest()
    {
        long newest = TAtomics.ReadOwned(in _cursors.Tail) - 1;
        if (TAtomics.Read(in _cursors.Head) > newest) return null;
        TAtomics.Write(ref _cursors.Tail, newest);
        TAtomics.Fence();
        long head = TAtomics.Read(in _cursors.Head);
        ref IWorkItem? slot = ref Slot(newest);
        IWorkItem? item = null;
        if (head < newest)
        {
            item = TAtomics.Read(in slot);
            TAtomics.Write(ref slot, null);
            return item;
        }

        // The last item, which a thief may be claiming too; or it is gone.
        if (head == newest)
        {
            item = TAtomics.Read(in slot);
            if (TAtomics.CompareExchange(ref _cursors.Head, head + 1, head) != head) item = null;
            else TAtomics.Write(ref slot, null);
        }

        TAtomics.Write(ref _cursors.Tail, newest + 1);
        return item;
    }

    /// <summary>Takes the oldest item. By anyone.</summary>
    /// <remarks>It does not clear the slot, which the owner may have filled again: a stolen item is held until the ring comes round.</remarks>
    internal IWorkItem? Steal()
    {
        long head = TAtomics.Read(in _cursors.Head);
        while (true)
        {
            TAtomics.Fence();
            if (head >= TAtomics.Read(in _cursors.Tail)) return null;
            IWorkItem? item = TAtomics.Read(in Slot(head));
            long seen = TAtomics.CompareExchange(ref _cursors.Head, head + 1, head);
            if (seen == head) return item;
            head = seen;
        }
    }

    /// <summary>Takes the older half, rounded up. By the owner of <paramref name="own"/>, which must have room for half a queue.</summary>
    /// <param name="own">Gets all but the oldest, in their order.</param>
    /// <param name="taken">How many were stolen.</param>
    /// <returns>The oldest, or null where there was nothing.</returns>
    internal IWorkItem? StealHalf(LocalQueue<TAtomics> own, out int taken)
    {
        Debug.Assert(own != this, "Nobody steals from itself.");
        int half = (Count + 1) / 2;
        IWorkItem? first = half > 0 ? Steal() : null;
        taken = first is null ? 0 : 1;
        while (taken > 0 && taken < half && Steal() is { } item)
        {
            bool isPushed = own.TryPush(item);
            Debug.Assert(isPushed, "A thief's queue has room for half of another's.");
            taken++;
        }

        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref IWorkItem? Slot(long position) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(position & _mask));
}
