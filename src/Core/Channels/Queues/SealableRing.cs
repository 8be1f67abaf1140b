// Ring of sequenced slots for many producers or many consumers, or both (Dmitry Vyukov, "Bounded MPMC queue", 2010) with an exact capacity
// and a seal. It differs from Rings/MpmcRing in what a channel needs: the answers "full" and "empty" are exact, so an
// operation waits out another one that stands between its claim and its publication; the capacity may be any number up to
// the slots; and the tail carries the seal.
//
// Invariant: Head <= Tail <= Head + Capacity. Position p uses slot p mod N on lap p / N, N the number of slots. A slot's
// turn is 2 * lap while it is empty for that lap, 2 * lap + 1 while it is filled, and never goes back. A fresh array of
// zeroes is therefore ready. A slot's item is touched only by the one who claimed its position: the producer that moved Tail
// past it until it sets the turn to "filled", then the consumer that moved Head past it until it sets the next lap's turn.
//
// Linearisation points: an enqueue at its compare-and-swap of Tail, a dequeue at its compare-and-swap of Head, the seal at
// its compare-and-swap of Tail: each enqueue is wholly before it (accepted, and counted in the final tail) or after it
// (refused). "Full" at the read of Head that follows the read of Tail, "empty" at the read of Tail that follows that of Head.
//
// A side that one thread has to itself (TSides) moves its cursor by a plain store in the place of the compare-and-swap: nobody
// else moves it. The cursor still goes first and the slot's turn after it, so that Head <= Tail <= Head + Capacity holds for
// whoever looks in between. The seal of a ring with one producer is put by that producer alone.
//
// Memory order: the release write of a turn pairs with the acquire read that finds it, and carries the item with it in both
// directions. The compare-and-swap of Tail and of Head is also the full fence that a channel's sleep protocol needs (and that it
// makes itself for a side without one) between
// "I took a place (or item)" and "does anyone wait?": IsEmpty and IsFull look at the cursors, not at the turns.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>A bounded queue for many producers and consumers that can be sealed.</summary>
internal sealed partial class SealableRing<T, TSides, TAtomics>
    where TSides : struct, ISides
    where TAtomics : struct, IAtomics
{
    internal const long WrongPlace = -1;

    private const long Seal = long.MinValue;

    /// <summary>Where a cursor that was lost to another thread stood; far ahead when none was.</summary>
    private const long NeverLost = long.MaxValue;

    /// <summary>So many items in the time of <see cref="GiveWay"/> are no accident.</summary>
    private const int Stream = 32;

    private readonly Slot[] _slots;

    /// <summary>Always <c>_slots.Length - 1</c>: what makes the unchecked access in <see cref="At"/> safe.</summary>
    private readonly long _mask;

    private readonly int _lapShift;

    private readonly int _capacity;

    /// <summary>Whether the capacity is all slots; then a slot that is empty for its lap is room, and no cursor need be asked.</summary>
    private readonly bool _isWhole;

    private SealableCursors _cursors;

    /// <summary>The ring that took over when this one was full and was sealed; set by <see cref="LinkedRings{T,TSides,TAtomics}"/>.</summary>
    internal SealableRing<T, TSides, TAtomics>? Next;

    /// <summary>Below it in a stack of rings that are not in use; the stack's.</summary>
    internal SealableRing<T, TSides, TAtomics>? NextSpare;

    internal SealableRing(int capacity)
    {
        _slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _slots.Length - 1;
        _lapShift = BitOperations.Log2((uint)_slots.Length);
        _capacity = capacity;
        _isWhole = capacity == _slots.Length;
    }

    internal int Capacity => _capacity;

    internal long Bytes => (long)_slots.Length * Unsafe.SizeOf<Slot>();

    internal int Count
    {
        get
        {
            long head = TAtomics.Read(in _cursors.Head);
            return (int)Math.Min(FinalTail - head, _capacity);
        }
    }

    internal bool IsEmpty
    {
        get
        {
            long head = TAtomics.Read(in _cursors.Head);
            return FinalTail == head;
        }
    }

    /// <summary>Whether it is empty, and where its tail was then.</summary>
    internal bool IsEmptyAt(out long tail)
    {
        long head = TAtomics.Read(in _cursors.Head);
        tail = FinalTail;
        return tail == head;
    }

    internal bool IsFull
    {
        get
        {
            long tail = FinalTail;
            return tail - TAtomics.Read(in _cursors.Head) >= _capacity;
        }
    }

    private long FinalTail => TAtomics.Read(in _cursors.Tail) & ~Seal;

    /// <returns>False when it is full or sealed.</returns>
    internal bool TryEnqueue(T item)
    {
        SpinWait spinner = default;
        long lostAt = NeverLost;
        while (true)
        {
            long tail = TAtomics.Read(in _cursors.Tail);
            if (tail < 0) return false;
            if (tail - lostAt >= Stream)
            {
                lostAt = LetStream();
                continue;
            }

            ref Slot slot = ref At(tail);
            long empty = tail >> _lapShift << 1;
            bool isEmpty = TAtomics.Read(in slot.Turn) == empty;
            if (isEmpty && (_isWhole || tail - TAtomics.Read(in _cursors.HeadSeen) < _capacity))
            {
                if (!TryClaimPlaces(tail, 1))
                {
                    lostAt = GiveWay(tail);
                    continue;
                }

                Fill(ref slot, empty, item);
                return true;
            }

            if (!SeeRoom(tail)) return false;

            // There is room, and the slot is not empty: a consumer is about to free it, or the tail read is old.
            if (!isEmpty && TAtomics.Read(in _cursors.Tail) == tail) TAtomics.Spin(ref spinner);
        }
    }

    internal bool TryDequeue([MaybeNullWhen(false)] out T item) => TryDequeue<AnyRing>(default, out item, out _);

    /// <summary>Takes the oldest item if the ring is the one to take from.</summary>
    /// <param name="place">Asked after an item was seen and before it is claimed.</param>
    /// <param name="item">The item.</param>
    /// <param name="emptyAt">Where the tail was when the ring was found empty; below 0 when the place said no.</param>
    internal bool TryDequeue<TPlace>(TPlace place, [MaybeNullWhen(false)] out T item, out long emptyAt)
        where TPlace : struct, IRingPlace<T, TSides, TAtomics>
    {
        emptyAt = WrongPlace;
        SpinWait spinner = default;
        long lostAt = NeverLost;
        while (true)
        {
            long head = TAtomics.Read(in _cursors.Head);
            if (head - lostAt >= Stream)
            {
                lostAt = LetStream();
                continue;
            }

            ref Slot slot = ref At(head);
            long filled = (head >> _lapShift << 1) + 1;
            long turn = TAtomics.Read(in slot.Turn);
            if (turn == filled)
            {
                if (!place.IsFirst(this))
                {
                    item = default;
                    return false;
                }

                if (!TryClaimItems(head, 1))
                {
                    lostAt = GiveWay(head);
                    continue;
                }

                item = Drain(ref slot, filled);
                return true;
            }

            if (turn > filled) continue;
            if (FinalTail == head)
            {
                emptyAt = head;
                item = default;
                return false;
            }

            // A producer has taken the place and is about to fill it.
            TAtomics.Spin(ref spinner);
        }
    }

    /// <summary>Whether nothing was enqueued since the tail was there.</summary>
    internal bool HasTail(long tail) => FinalTail == tail;

    /// <summary>Opens a sealed ring again, empty as it is.</summary>
    internal void Unseal() => TAtomics.Write(ref _cursors.Tail, FinalTail);

    /// <summary>Copies the oldest item, and keeps the copy only if no consumer claimed it meanwhile.</summary>
    /// <remarks>
    /// The copy is a plain read that may race with a consumer's clearing of the slot; the fence and the second look at Head
    /// throw such a copy away before anyone sees it (a sequence lock's reader).
    /// </remarks>
    internal bool TryPeek([MaybeNullWhen(false)] out T item) => TryPeek<AnyRing>(default, out item, out _);

    /// <inheritdoc cref="TryDequeue{TPlace}(TPlace, out T, out long)"/>
    internal bool TryPeek<TPlace>(TPlace place, [MaybeNullWhen(false)] out T item, out long emptyAt)
        where TPlace : struct, IRingPlace<T, TSides, TAtomics>
    {
        emptyAt = WrongPlace;
        SpinWait spinner = default;
        while (true)
        {
            long head = TAtomics.Read(in _cursors.Head);
            ref Slot slot = ref At(head);
            long filled = (head >> _lapShift << 1) + 1;
            long turn = TAtomics.Read(in slot.Turn);
            if (turn == filled)
            {
                item = slot.Item;
                if (!place.IsFirst(this)) return false;
                TAtomics.Fence();
                if (TAtomics.Read(in _cursors.Head) == head) return true;
            }
            else if (turn < filled)
            {
                if (FinalTail == head)
                {
                    emptyAt = head;
                    item = default;
                    return false;
                }

                TAtomics.Spin(ref spinner);
            }
        }
    }

    internal void PutSeal()
    {
        long tail = TAtomics.Read(in _cursors.Tail);
        while (tail >= 0)
        {
            long seen = TAtomics.CompareExchange(ref _cursors.Tail, tail | Seal, tail);
            if (seen == tail) return;
            tail = seen;
        }
    }

    /// <summary>Whether there is room when the consumers' line is looked at. An older head written over a newer one only costs another look.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool SeeRoom(long tail)
    {
        long head = TAtomics.Read(in _cursors.Head);
        if (tail - head >= _capacity) return false;
        TAtomics.Write(ref _cursors.HeadSeen, head);
        return true;
    }

    /// <summary>
    /// Somebody else of the same side was faster: lets it run on for a while with the cursor in its cache, rather than have
    /// both fetch it from each other for every item.
    /// </summary>
    /// <returns>Where the cursor was.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long GiveWay(long cursor)
    {
        TAtomics.Pause(turns: 24);
        return cursor;
    }

    /// <summary>
    /// The other one has gone on without a pause while this one gave way: lets it go on for longer, so that what it costs to
    /// fetch the cursor and the slots' lines is paid once in some hundreds of items.
    /// </summary>
    /// <returns><see cref="NeverLost"/>: then this one takes its turn.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long LetStream()
    {
        TAtomics.Pause(turns: 232);
        return NeverLost;
    }

    /// <remarks>A single writer is kept out by the channel before the seal, so no seal is overwritten.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryClaimPlaces(long tail, int count)
    {
        if (TSides.HasManyWriters) return TAtomics.CompareExchange(ref _cursors.Tail, tail + count, tail) == tail;
        TAtomics.Write(ref _cursors.Tail, tail + count);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryClaimItems(long head, int count)
    {
        if (TSides.HasManyReaders) return TAtomics.CompareExchange(ref _cursors.Head, head + count, head) == head;
        TAtomics.Write(ref _cursors.Head, head + count);
        return true;
    }

    /// <summary>The producer that claimed the position: writes its item and publishes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(ref Slot slot, long empty, T item)
    {
        TAtomics.WriteSlot(ref slot.Item, item);
        TAtomics.Write(ref slot.Turn, empty + 1);
    }

    /// <summary>The consumer that claimed the position: reads its item, clears it and frees the slot for the next lap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Drain(ref Slot slot, long filled)
    {
        T item = TAtomics.ReadSlot(in slot.Item);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) TAtomics.WriteSlot(ref slot.Item, default!);
        TAtomics.Write(ref slot.Turn, filled + 1);
        return item;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot At(long position)
    {
        Debug.Assert(_mask == _slots.Length - 1, "The mask must keep every position inside the array.");
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(position & _mask));
    }

    private struct Slot
    {
        internal long Turn;
        internal T Item;
    }
}
