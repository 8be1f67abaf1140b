// Batches: one compare-and-swap claims a run of positions whose slots have all had their turn come. A turn that has come
// stays until its position is claimed, so a run found before the compare-and-swap is still good when that succeeds. Each
// slot is then published (or freed) singly, in order. "Full", "empty" and "sealed" are decided as for one item.

namespace FastCore.Channels.Queues;

internal sealed partial class SealableRing<T, TSides, TAtomics>
{
    /// <returns>How many were added; 0 when it is full or sealed.</returns>
    internal int TryEnqueue(ReadOnlySpan<T> items)
    {
        if (items.IsEmpty) return 0;
        SpinWait spinner = default;
        while (true)
        {
            long tail = TAtomics.Read(in _cursors.Tail);
            if (tail < 0) return 0;
            int room = Room(tail, items.Length);
            if (room < items.Length && SeeRoom(tail)) room = Room(tail, items.Length);
            int run = Run(tail, turn: 0, room);
            if (run != 0)
            {
                if (TryClaimPlaces(tail, run))
                {
                    for (int i = 0; i < run; i++) Fill(ref At(tail + i), (tail + i) >> _lapShift << 1, items[i]);
                    return run;
                }

                GiveWay(tail);
            }
            else if (!SeeRoom(tail))
            {
                return 0;
            }
            else if (TAtomics.Read(in _cursors.Tail) == tail && Room(tail, 1) != 0)
            {
                // There is room, and the slot is not empty: a consumer is about to free it.
                TAtomics.Spin(ref spinner);
            }
        }
    }

    /// <returns>How many were taken; 0 when it is empty.</returns>
    internal int TryDequeue(Span<T> items) => TryDequeue<AnyRing>(default, items, out _);

    /// <inheritdoc cref="TryDequeue{TPlace}(TPlace, out T, out long)"/>
    internal int TryDequeue<TPlace>(TPlace place, Span<T> items, out long emptyAt)
        where TPlace : struct, IRingPlace<T, TSides, TAtomics>
    {
        emptyAt = WrongPlace;
        if (items.IsEmpty) return 0;
        SpinWait spinner = default;
        while (true)
        {
            long head = TAtomics.Read(in _cursors.Head);
            int run = Run(head, turn: 1, items.Length);
            if (run != 0)
            {
                if (!place.IsFirst(this)) return 0;
                if (TryClaimItems(head, run))
                {
                    for (int i = 0; i < run; i++) items[i] = Drain(ref At(head + i), ((head + i) >> _lapShift << 1) + 1);
                    return run;
                }

                GiveWay(head);
            }
            else if (FinalTail == head)
            {
                emptyAt = head;
                return 0;
            }
            else if (TAtomics.Read(in _cursors.Head) == head)
            {
                // A producer has taken the place and is about to fill it.
                TAtomics.Spin(ref spinner);
            }
        }
    }

    /// <summary>For a ring that is not one of a chain.</summary>
    private readonly struct AnyRing : IRingPlace<T, TSides, TAtomics>
    {
        public bool IsFirst(SealableRing<T, TSides, TAtomics> ring) => true;
    }

    /// <summary>How many of the wanted places the capacity leaves, as far as producers have seen.</summary>
    private int Room(long tail, int wanted) =>
        (int)Math.Min(wanted, _isWhole ? _slots.Length : Math.Max(0, _capacity - (tail - TAtomics.Read(in _cursors.HeadSeen))));

    /// <summary>How many slots from the position on, up to <paramref name="most"/>, have had this turn of their lap come.</summary>
    private int Run(long position, long turn, int most)
    {
        int run = 0;
        while (run < most && TAtomics.Read(in At(position + run).Turn) == ((position + run) >> _lapShift << 1) + turn) run++;
        return run;
    }
}
