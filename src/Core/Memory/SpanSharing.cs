using FastCore.Atomics;

namespace FastCore.Memory;

/// <summary>
/// The steps by which the owner of a span and those who free its blocks meet. But for <see cref="FreeRemotely"/> all are the
/// owner's.
/// </summary>
internal static unsafe class SpanSharing<TAtomics> where TAtomics : struct, IAtomics
{
    /// <summary>Frees a block of another's span.</summary>
    /// <param name="span">The span, which the caller must not touch afterwards.</param>
    /// <param name="returned">The owner's stack of spans on their way back.</param>
    /// <param name="block">The block.</param>
    internal static void FreeRemotely(HeapSpan* span, ref long returned, void* block)
    {
        if (!RemoteFrees<TAtomics>.Push(ref span->Remote, span->Start, block)) return;
        SpanLife<TAtomics>.Step(span, SpanPhase.Returning);
        SpanStack<TAtomics>.Push(ref returned, span);
    }

    /// <summary>Takes what others have freed.</summary>
    /// <returns>Whether there was something.</returns>
    internal static bool TakeRemote(HeapSpan* span)
    {
        int count = RemoteFrees<TAtomics>.TakeAll(ref span->Remote, span->Start, out void* first);
        if (count == 0) return false;
        if (span->Free != null)
        {
            void* last = first;
            while (TAtomics.ReadSlot(in *(nint*)last) is var next and not 0) last = (void*)next;
            TAtomics.WriteSlot(ref *(nint*)last, (nint)span->Free);
        }

        span->Free = first;
        span->Used -= count;
        return true;
    }

    /// <summary>Puts a span aside that has no free block, so that the next free of one brings it back.</summary>
    /// <returns>False if there is a free block after all.</returns>
    internal static bool TryPutAside(HeapSpan* span)
    {
        // Before it is: from then on another's free may take the next step.
        SpanLife<TAtomics>.Step(span, SpanPhase.Aside);
        if (!RemoteFrees<TAtomics>.TryPutAside(ref span->Remote))
        {
            SpanLife<TAtomics>.Step(span, SpanPhase.Linked);
            return false;
        }

        span->AttendAt = span->Capacity - 1;
        return true;
    }

    /// <summary>Takes a span back that was put aside, because its owner has freed a block of it.</summary>
    /// <returns>False if another's free has come first, and brings it.</returns>
    internal static bool TryTakeBack(HeapSpan* span)
    {
        span->AttendAt = 0;
        if (!RemoteFrees<TAtomics>.TryTakeBack(ref span->Remote)) return false;
        SpanLife<TAtomics>.Step(span, SpanPhase.Linked);
        return true;
    }

    /// <summary>Takes a span that came back by another's free. What becomes of a large one the owner decides then.</summary>
    internal static void Welcome(HeapSpan* span)
    {
        if (!span->IsLarge) SpanLife<TAtomics>.Step(span, SpanPhase.Linked);
        span->AttendAt = 0;
        TakeRemote(span);
    }
}
