// Batches. Looks along the slots from the cursor for as long as each has its turn, then claims that run with one
// compare-and-swap. A slot whose turn has come stays so until its cursor is claimed, so a run found before the
// compare-and-swap is still good when that succeeds. Each slot is then published (or released) singly, in order.

namespace FastCore.Rings;

internal sealed partial class MpmcRingCore<T, TAtomics>
{
    internal int TryEnqueue(ReadOnlySpan<T> items)
    {
        if (items.IsEmpty) return 0;
        while (true)
        {
            long tail = TAtomics.Read(in _cursors.Tail);
            int run = ReadyRun(tail, turn: 0, items.Length, out bool passed);
            if (passed) continue;
            if (run == 0) return 0;
            if (TAtomics.CompareExchange(ref _cursors.Tail, tail + run, tail) != tail) continue;
            for (int i = 0; i < run; i++) Fill(ref Slot(tail + i), tail + i, items[i]);
            return run;
        }
    }

    internal int TryDequeue(Span<T> items)
    {
        if (items.IsEmpty) return 0;
        while (true)
        {
            long head = TAtomics.Read(in _cursors.Head);
            int run = ReadyRun(head, turn: 1, items.Length, out bool passed);
            if (passed) continue;
            if (run == 0) return 0;
            if (TAtomics.CompareExchange(ref _cursors.Head, head + run, head) != head) continue;
            for (int i = 0; i < run; i++) items[i] = Drain(ref Slot(head + i), head + i);
            return run;
        }
    }

    /// <summary>
    /// How many slots from <paramref name="cursor"/> on stand at <paramref name="turn"/>, at most <paramref name="wanted"/>.
    /// <paramref name="passed"/>: another thread has claimed the first one already, so the cursor read is old.
    /// </summary>
    /// <remarks>No run is longer than the ring: one lap on, the first slot's sequence is a lap behind its cursor.</remarks>
    private int ReadyRun(long cursor, int turn, int wanted, out bool passed)
    {
        int run = 0;
        long lead;
        do
        {
            long at = cursor + run;
            lead = TAtomics.Read(in Slot(at).Sequence) - (at + turn);
        }
        while (lead == 0 && ++run < wanted);
        passed = run == 0 && lead > 0;
        return run;
    }
}
