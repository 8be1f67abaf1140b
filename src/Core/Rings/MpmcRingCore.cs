// Multi-producer multi-consumer ring of sequenced slots (Dmitry Vyukov, "Bounded MPMC queue", 2010).
//
// Invariant: for every cursor c in [Head, Tail), the slot of c has been claimed by one producer; its sequence is c until
// that producer has published, then c + 1 until a consumer that claimed c has released it, then c + Capacity. A sequence
// never goes back, and a slot's item is touched only by who holds the claim that the sequence stands at.
//
// Linearisation points: an enqueue that succeeds takes its place in the order at its compare-and-swap of Tail and becomes
// visible at its write of the sequence; a dequeue takes place at its compare-and-swap of Head. "Full" and "empty" take
// place at the read of the sequence: "full" says that the oldest slot has not been released yet, "empty" that the oldest
// claimed slot has not been published yet. Both can be said while another thread stands between its claim and its write:
// an item published behind an unpublished one waits for it.
//
// Memory order: the release write of a sequence pairs with the acquire read that finds it (producer to consumer: the item
// is there; consumer to producer: the item has been read and cleared). With a plain write, the item could arrive after the
// sequence that announces it. The compare-and-swap needs no order of its own: the sequence read before it already carries
// the order, and what it hands out is only the exclusive right to a slot whose turn that read proved.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;

namespace FastCore.Rings;

/// <summary>The engine of <see cref="MpmcRing{T}"/>.</summary>
internal sealed partial class MpmcRingCore<T, TAtomics>
    where TAtomics : struct, IAtomics
{
    /// <summary>
    /// In the tail of a closed ring. A tail with it is ahead of every sequence there will ever be, so enqueues find the ring
    /// full without looking for it.
    /// </summary>
    private const long Closed = 1L << 62;

    private readonly MpmcSlot<T>[] _slots;

    /// <summary>Always <c>_slots.Length - 1</c>: what makes the unchecked access in <see cref="Slot"/> safe.</summary>
    private readonly long _mask;

    private MpmcCursors _cursors;

    internal MpmcRingCore(int capacity)
    {
        _slots = new MpmcSlot<T>[RingCapacity.RoundUp(capacity)];
        _mask = _slots.Length - 1;
        for (int i = 0; i < _slots.Length; i++) _slots[i].Sequence = i;
    }

    internal int Capacity => _slots.Length;

    /// <summary>Head first: tails seen later are never below it.</summary>
    internal int Count
    {
        get
        {
            long head = TAtomics.Read(in _cursors.Head);
            return (int)Math.Min((TAtomics.Read(in _cursors.Tail) & ~Closed) - head, Capacity);
        }
    }

    /// <summary>Whether a dequeue at this moment would find nothing published.</summary>
    internal bool IsEmpty
    {
        get
        {
            while (true)
            {
                long head = TAtomics.Read(in _cursors.Head);
                long lead = TAtomics.Read(in Slot(head).Sequence) - (head + 1);
                if (lead <= 0) return lead < 0;
            }
        }
    }

    /// <summary>Whether an enqueue at this moment would find no slot released.</summary>
    internal bool IsFull
    {
        get
        {
            while (true)
            {
                long tail = TAtomics.Read(in _cursors.Tail);
                long lead = TAtomics.Read(in Slot(tail).Sequence) - tail;
                if (lead <= 0) return lead < 0;
            }
        }
    }

    /// <summary>Whether the ring is closed and every item that went in has been claimed: it stays so.</summary>
    internal bool IsDrained => (TAtomics.Read(in _cursors.Head) | Closed) == TAtomics.Read(in _cursors.Tail);

    /// <summary>Makes every later enqueue fail; takes place, once and for all, at its compare-and-swap of the tail.</summary>
    internal void Close()
    {
        long tail = TAtomics.Read(in _cursors.Tail);
        while ((tail & Closed) == 0)
        {
            long seen = TAtomics.CompareExchange(ref _cursors.Tail, tail | Closed, tail);
            if (seen == tail) return;
            tail = seen;
        }
    }

    internal bool TryEnqueue(T item)
    {
        long tail = TAtomics.Read(in _cursors.Tail);
        while (true)
        {
            ref MpmcSlot<T> slot = ref Slot(tail);
            long lead = TAtomics.Read(in slot.Sequence) - tail;
            if (lead < 0) return false;
            long seen = lead == 0
                ? TAtomics.CompareExchange(ref _cursors.Tail, tail + 1, tail)
                : TAtomics.Read(in _cursors.Tail);
            if (lead == 0 && seen == tail)
            {
                Fill(ref slot, tail, item);
                return true;
            }

            tail = seen;
        }
    }

    internal bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        long head = TAtomics.Read(in _cursors.Head);
        while (true)
        {
            ref MpmcSlot<T> slot = ref Slot(head);
            long lead = TAtomics.Read(in slot.Sequence) - (head + 1);
            if (lead < 0)
            {
                item = default;
                return false;
            }

            long seen = lead == 0
                ? TAtomics.CompareExchange(ref _cursors.Head, head + 1, head)
                : TAtomics.Read(in _cursors.Head);
            if (lead == 0 && seen == head)
            {
                item = Drain(ref slot, head);
                return true;
            }

            head = seen;
        }
    }

    /// <summary>Writes the item of a claimed tail and publishes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(ref MpmcSlot<T> slot, long tail, T item)
    {
        TAtomics.WriteSlot(ref slot.Item, item);
        TAtomics.Write(ref slot.Sequence, tail + 1);
    }

    /// <summary>Reads the item of a claimed head, clears it, and releases the slot for the next lap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Drain(ref MpmcSlot<T> slot, long head)
    {
        T item = TAtomics.ReadSlot(in slot.Item);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) TAtomics.WriteSlot(ref slot.Item, default!);
        TAtomics.Write(ref slot.Sequence, head + Capacity);
        return item;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref MpmcSlot<T> Slot(long cursor)
    {
        Debug.Assert(_mask == _slots.Length - 1, "The mask must keep every cursor inside the array.");
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(cursor & _mask));
    }
}
