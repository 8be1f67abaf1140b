// A bounded work-stealing deque whose owner neither fences nor swaps: the thief pays for both. It is the deque of Chase and Lev
// (SPAA 2005) with the asymmetric fence of Ladan-Mozes, Lee and Vyukov ("Location-based memory fences", SPAA 2011), of fixed
// size as in Go's scheduler: a full queue says so, and its owner moves half away.
//
// The owner pushes at the tail. It takes the oldest at the head, so that work is served in the order it came, or the newest,
// which is what a fork wants that has not been stolen when its join comes. Thieves take the older half, one thief at a time,
// inside the gate.
//
// Invariant: the items are those at [max(Head, StolenTo), Tail). Head and Tail are the owner's; Claim, StolenFrom and StolenTo
// are written inside the gate. The positions [StolenFrom, StolenTo) were stolen, and no other at or above Head. Outside the
// gate Claim is StolenTo, and a thief in it owns, from its fence on, what it has seen between Head and the lower of Claim and Tail.
//
// No item has two takers: the owner first writes that it takes (Head + 1, or Tail - 1) and then reads Claim; a thief first
// writes Claim, then makes a fence on all processors, then reads Head and Tail. Of the two either the owner has read the new
// Claim, or the thief reads what the owner wrote - for the fence falls somewhere between the owner's instructions: before the
// read of Claim, which then is new; or behind it, and then behind the write, too. An owner that finds its item below Claim
// asks in the gate, where no thief is, whether it was stolen; if not, it is the owner's, for the thief left it or came later
// and saw the write.
//
// A slot is reused only when Head has passed it. Head passes a stolen position inside the gate only, so when the thief is done.
//
// Linearisation points: a push takes place at its write of Tail; a take by the owner at its write of Head or Tail, if the item
// had not been stolen; a steal at its write of StolenTo. "Empty" takes place at the read of the second cursor.
//
// Memory order: the release write of Tail publishes the slot, and pairs with a thief's acquire read of Tail. The owner's write
// and its read of Claim must reach the processor in this order, which volatile accesses do; that they take effect in this order
// is what the fence on all processors sees to. It costs a thief a microsecond or two, once for half a queue, and each other
// processor that runs the process an interruption; the owner saves two locked instructions an item.

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

    private readonly Gate _gate = new();

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
    internal int Count => (int)Math.Clamp(TAtomics.Read(in _cursors.Tail) - Oldest(), 0, Capacity);

    /// <summary>Adds the newest item. By the owner.</summary>
    /// <returns>False: there is no room.</returns>
    internal bool TryPush(IWorkItem item)
    {
        long tail = TAtomics.ReadOwned(in _cursors.Tail);
        if (tail - TAtomics.ReadOwned(in _cursors.Head) >= Capacity && !HasBeenStolenFrom()) return false;
        TAtomics.WriteSlot(ref Slot(tail), item);
        TAtomics.Write(ref _cursors.Tail, tail + 1);
        return true;
    }

    /// <summary>Takes the oldest item. By the owner.</summary>
    internal IWorkItem? TakeOldest()
    {
        long tail = TAtomics.ReadOwned(in _cursors.Tail);
        long head = TAtomics.ReadOwned(in _cursors.Head);
        while (head < tail)
        {
            TAtomics.Write(ref _cursors.Head, head + 1);
            if (head >= TAtomics.Read(in _cursors.Claim) || !IsStolen(head, out long end)) return Empty(head);
            TAtomics.Write(ref _cursors.Head, end);
            head = end;
        }

        return null;
    }

    /// <summary>Takes the newest item. By the owner.</summary>
    internal IWorkItem? TakeNewest()
    {
        long newest = TAtomics.ReadOwned(in _cursors.Tail) - 1;
        if (newest < TAtomics.ReadOwned(in _cursors.Head)) return null;
        TAtomics.Write(ref _cursors.Tail, newest);
        if (newest >= TAtomics.Read(in _cursors.Claim) || !IsStolen(newest, out long end)) return Empty(newest);

        // Then so were all that are older.
        Debug.Assert(end == newest + 1, "Nothing is stolen behind the tail.");
        TAtomics.Write(ref _cursors.Tail, end);
        TAtomics.Write(ref _cursors.Head, end);
        return null;
    }

    /// <summary>Takes the oldest item. By anyone.</summary>
    internal IWorkItem? Steal() => Steal(null, 1, out _);

    /// <summary>Takes the older half, rounded up. By the owner of <paramref name="own"/>, which must have room for half a queue.</summary>
    /// <param name="own">Gets all but the oldest, in their order.</param>
    /// <param name="taken">How many were stolen.</param>
    /// <returns>The oldest, or null where there was nothing.</returns>
    internal IWorkItem? StealHalf(LocalQueue<TAtomics> own, out int taken)
    {
        Debug.Assert(own != this, "Nobody steals from itself.");
        return Steal(own, (Count + 1) / 2, out taken);
    }

    private IWorkItem? Steal(LocalQueue<TAtomics>? own, int most, out int taken)
    {
        taken = 0;

        // To look costs little; to fence all processors for nothing, much.
        if (TAtomics.Read(in _cursors.Tail) <= Oldest()) return null;
        TAtomics.Enter(_gate);
        IWorkItem? first = null;
        long from = Oldest();
        long claim = Math.Min(from + most, TAtomics.Read(in _cursors.Tail));

        // Never below what has been stolen, where the owner would find it its own again.
        if (claim > from)
        {
            TAtomics.Write(ref _cursors.Claim, claim);
            TAtomics.FenceAllProcessors();
            from = Oldest();
            long end = Math.Min(claim, TAtomics.Read(in _cursors.Tail));
            if (end > from)
            {
                first = Empty(from);
                for (long position = from + 1; position < end; position++) own!.PushStolen(Empty(position)!);
                if (from > TAtomics.Read(in _cursors.StolenTo)) _cursors.StolenFrom = from;
                TAtomics.Write(ref _cursors.StolenTo, end);
                taken = (int)(end - from);
            }

            TAtomics.Write(ref _cursors.Claim, TAtomics.Read(in _cursors.StolenTo));
        }

        TAtomics.Exit(_gate);
        return first;
    }

    /// <remarks>The gate of the caller's queue is not entered inside another's, or two thieves could wait for each other.</remarks>
    private void PushStolen(IWorkItem item)
    {
        long tail = TAtomics.ReadOwned(in _cursors.Tail);
        Debug.Assert(tail - TAtomics.ReadOwned(in _cursors.Head) < Capacity, "A thief has nothing left, and its queue has room for half of another's.");
        TAtomics.WriteSlot(ref Slot(tail), item);
        TAtomics.Write(ref _cursors.Tail, tail + 1);
    }

    /// <summary>The position of the oldest item, if there is one. By anyone; for good in the gate, behind the fence.</summary>
    private long Oldest() => Math.Max(TAtomics.Read(in _cursors.Head), TAtomics.Read(in _cursors.StolenTo));

    /// <summary>Whether what lies at a position that the owner is about to take has been stolen. By the owner.</summary>
    /// <param name="position">It has been written to be taken.</param>
    /// <param name="end">Behind what has been stolen with it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsStolen(long position, out long end)
    {
        TAtomics.Enter(_gate);
        end = TAtomics.Read(in _cursors.StolenTo);
        bool isStolen = position >= _cursors.StolenFrom && position < end;
        TAtomics.Exit(_gate);
        return isStolen;
    }

    /// <summary>Looks for room that thieves have made. By the owner.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool HasBeenStolenFrom()
    {
        long head = TAtomics.ReadOwned(in _cursors.Head);
        if (head >= TAtomics.Read(in _cursors.Claim) || !IsStolen(head, out long end)) return false;
        TAtomics.Write(ref _cursors.Head, end);
        return true;
    }

    /// <summary>Takes what lies at a position that is the caller's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private IWorkItem? Empty(long position)
    {
        ref IWorkItem? slot = ref Slot(position);
        IWorkItem? item = TAtomics.ReadSlot(in slot);
        TAtomics.WriteSlot(ref slot, null);
        return item;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref IWorkItem? Slot(long position) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(position & _mask));
}
