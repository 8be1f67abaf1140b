// Spans on their way back to their owner: a stack that anybody pushes to and the owner takes whole.
//
// Invariant: a span is on it at most once (RemoteFrees: one free alone replaces Full, and the owner puts a span aside again
// only after it has taken it from here). Nothing is ever popped singly, so there is no ABA.
//
// Memory order: the push's compare-and-swap publishes the link and the span's word; the take's acquires both.

using FastCore.Atomics;

namespace FastCore.Memory;

/// <summary>The steps on such a stack's head.</summary>
internal static unsafe class SpanStack<TAtomics> where TAtomics : struct, IAtomics
{
    internal static void Push(ref long head, HeapSpan* span)
    {
        while (true)
        {
            long before = TAtomics.Read(in head);
            TAtomics.WriteSlot(ref span->NextReturned, (nint)before);
            if (TAtomics.CompareExchange(ref head, (nint)span, before) == before) return;
        }
    }

    /// <returns>The first of all, each linked to the next by <see cref="Next"/>; null if there is none.</returns>
    internal static HeapSpan* TakeAll(ref long head)
    {
        while (true)
        {
            long before = TAtomics.Read(in head);
            if (before == 0 || TAtomics.CompareExchange(ref head, 0, before) == before) return (HeapSpan*)before;
        }
    }

    internal static HeapSpan* Next(HeapSpan* span) => (HeapSpan*)TAtomics.ReadSlot(in span->NextReturned);
}
