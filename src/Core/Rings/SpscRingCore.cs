// Single-producer single-consumer ring (Lamport 1983; the cached opposite cursor after Giacomoni's FastForward and Lee's
// MCRingBuffer).
//
// Invariant: Head <= HeadLimit <= Tail <= TailLimit <= Head + Capacity, where a limit is an old value of the other side's
// cursor. Slots [Head, Tail) belong to the consumer, slots [Tail, Head + Capacity) to the producer.
//
// Linearisation points: an enqueue takes place at its write of Tail, a dequeue at its write of Head. "Full" takes place at
// the read of Head in SeeHead, "empty" at the read of Tail in SeeTail.
//
// Memory order: the write of Tail releases the slots written before it and pairs with the acquire read in SeeTail; the
// write of Head releases the reads and clears before it and pairs with the acquire read in SeeHead. With a plain write of
// Tail the consumer could read a slot before its item arrives; with a plain write of Head the producer could overwrite a
// slot that is still being read. Nothing here needs a store before a load (no full fence): an old view of the other cursor
// only makes a side see the ring fuller, or emptier, than it is.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;

namespace FastCore.Rings;

/// <summary>The engine of <see cref="SpscRing{T}"/>.</summary>
internal sealed partial class SpscRingCore<T, TAtomics>
    where TAtomics : struct, IAtomics
{
    private readonly T[] _slots;

    /// <summary>Always <c>_slots.Length - 1</c>: what makes the unchecked access in <see cref="Slot"/> safe.</summary>
    private readonly long _mask;

    private SpscCursors _cursors;

    internal SpscRingCore(int capacity)
        : this(RingCapacity.RoundUp(capacity), RingCapacity.RoundUp(capacity))
    {
    }

    private SpscRingCore(int slots, int capacity)
    {
        _slots = new T[slots];
        _mask = slots - 1;
        Capacity = capacity;
        _cursors.TailLimit = capacity;
    }

    /// <summary>How many items it holds; as many as there are slots, or fewer.</summary>
    internal int Capacity { get; }

    /// <summary>Head first: tails seen later are never below it.</summary>
    internal int Count
    {
        get
        {
            long head = TAtomics.Read(in _cursors.Head);
            return (int)Math.Min(TAtomics.Read(in _cursors.Tail) - head, Capacity);
        }
    }

    /// <summary>Head first: when the tail read later equals it, no item was there at that read.</summary>
    internal bool IsEmpty
    {
        get
        {
            long head = TAtomics.Read(in _cursors.Head);
            return TAtomics.Read(in _cursors.Tail) == head;
        }
    }

    /// <summary>The same, and where the tail was then.</summary>
    internal bool IsEmptyAt(out long tail)
    {
        long head = TAtomics.Read(in _cursors.Head);
        tail = TAtomics.Read(in _cursors.Tail);
        return tail == head;
    }

    /// <summary>Whether nothing was enqueued since the tail was there.</summary>
    internal bool HasTail(long tail) => TAtomics.Read(in _cursors.Tail) == tail;

    /// <summary>Tail first: when the head read later is a lap behind it, no slot was free at that read.</summary>
    internal bool IsFull
    {
        get
        {
            long tail = TAtomics.Read(in _cursors.Tail);
            return TAtomics.Read(in _cursors.Head) + Capacity == tail;
        }
    }

    /// <summary>A ring that is full at exactly this many items, in the next power of two of slots.</summary>
    internal static SpscRingCore<T, TAtomics> OfExactCapacity(int capacity) => new(RingCapacity.RoundUp(capacity), capacity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryEnqueue(T item)
    {
        long tail = TAtomics.ReadOwned(in _cursors.Tail);
        if (tail == _cursors.TailLimit && SeeHead() == tail) return false;
        TAtomics.WriteSlot(ref Slot(tail), item);
        TAtomics.Write(ref _cursors.Tail, tail + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        long head = TAtomics.ReadOwned(in _cursors.Head);
        if (head == _cursors.HeadLimit && SeeTail() == head)
        {
            item = default;
            return false;
        }

        ref T slot = ref Slot(head);
        item = TAtomics.ReadSlot(in slot);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) TAtomics.WriteSlot(ref slot, default!);
        TAtomics.Write(ref _cursors.Head, head + 1);
        return true;
    }

    /// <summary>Consumer: copies the oldest item. What was peeked at in place stays so.</summary>
    internal bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        long head = TAtomics.ReadOwned(in _cursors.Head);
        bool found = head != _cursors.HeadLimit || SeeTail() != head;
        item = found ? TAtomics.ReadSlot(in Slot(head)) : default;
        return found;
    }

    /// <summary>Producer: looks at how far the consumer is, and returns how far the tail may go.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long SeeHead() => _cursors.TailLimit = TAtomics.Read(in _cursors.Head) + Capacity;

    /// <summary>Consumer: looks at how far the producer is, and returns how far the head may go.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long SeeTail() => _cursors.HeadLimit = TAtomics.Read(in _cursors.Tail);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T Slot(long cursor)
    {
        Debug.Assert(_mask == _slots.Length - 1, "The mask must keep every cursor inside the array.");
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(cursor & _mask));
    }
}
