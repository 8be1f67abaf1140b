// The blocks of a span that others than its owner have freed, and whether the owner has put the span aside because all its
// blocks are out: one word beside the span. Low half: the first block's place in the span, from 1; 0 is none. High half: how
// many there are. The blocks are chained through their first words. The word Full alone says: put aside, and nobody has freed.
//
// Invariant: a block is in the chain once, from its free by another to the owner's take. A span is put aside by its owner
// only, when the word is 0, and comes back either by its owner, when the word is still Full, or by the one free that
// replaces Full: that one has to hand the span to the owner (SpanStack). So a span that is put aside and has a free
// block is always on its way back, once.
//
// Linearisation points: Push, its compare-and-swap; TakeAll, TryPutAside and TryTakeBack, theirs.
//
// Memory order: the compare-and-swap of Push publishes the block's chain word and all that its last user wrote; the one of
// TakeAll acquires it. Only pushes race with each other and a push never follows the chain, so the same first block met again
// after a take (ABA) is harmless: the count is in the same word, and what the new block is chained to is again the first.

using FastCore.Atomics;

namespace FastCore.Memory;

/// <summary>What the word beside a span means, and the steps on it.</summary>
internal static unsafe class RemoteFrees<TAtomics> where TAtomics : struct, IAtomics
{
    /// <summary>Put aside, with nothing freed.</summary>
    internal const long Full = 1L << 62;

    /// <summary>All blocks begin on multiples of this.</summary>
    private const int Unit = 16;

    /// <summary>How many blocks the word says are there.</summary>
    internal static int Count(long word) => (int)((word & ~Full) >> 32);

    /// <summary>Frees a block. Any thread but the owner.</summary>
    /// <returns>Whether the span was put aside: the caller must hand it back to the owner, and must not touch it after that.</returns>
    internal static bool Push(ref long word, byte* start, void* block)
    {
        long place = (((byte*)block - start) / Unit) + 1;
        while (true)
        {
            long before = TAtomics.Read(in word);
            TAtomics.WriteSlot(ref *(nint*)block, (nint)First(before, start));
            long after = ((long)(Count(before) + 1) << 32) | place;
            if (TAtomics.CompareExchange(ref word, after, before) == before) return before == Full;
        }
    }

    /// <summary>Takes the chain. The owner, of a span that is not put aside.</summary>
    /// <returns>How many blocks it has.</returns>
    internal static int TakeAll(ref long word, byte* start, out void* first)
    {
        while (true)
        {
            long before = TAtomics.Read(in word);
            if (before == 0 || TAtomics.CompareExchange(ref word, 0, before) == before)
            {
                first = First(before, start);
                return Count(before);
            }
        }
    }

    /// <summary>Puts the span aside, unless somebody has just freed a block of it. The owner.</summary>
    internal static bool TryPutAside(ref long word) => TAtomics.CompareExchange(ref word, Full, 0) == 0;

    /// <summary>Takes the span back because its owner frees a block of it. False if another's free comes with it anyway.</summary>
    internal static bool TryTakeBack(ref long word) => TAtomics.CompareExchange(ref word, 0, Full) == Full;

    private static void* First(long word, byte* start)
    {
        uint place = (uint)word;
        return place == 0 ? null : start + ((place - 1) * (long)Unit);
    }
}
