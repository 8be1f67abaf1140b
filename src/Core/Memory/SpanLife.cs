using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Memory;

/// <summary>The steps of a span's life: by whoever may take them, which is one at a time.</summary>
/// <remarks>The phase is kept whether anybody watches or not, so that it is right when somebody begins to; a step costs one store and one test.</remarks>
internal static unsafe class SpanLife<TAtomics> where TAtomics : struct, IAtomics
{
    /// <exception cref="System.Diagnostics.UnreachableException">While steps are watched: the table does not permit it.</exception>
    internal static void Step(HeapSpan* span, SpanPhase to)
    {
        SpanPhase from = TAtomics.ReadSlot(in span->Phase);
        TAtomics.WriteSlot(ref span->Phase, to);
        if (!Lifecycle.IsWatched) return;
        Transition step = MemoryTables.SpanStep(from, to);
        if (span->Subject != 0) Tracer.Record(step, span->Subject, (long)span->Bytes);
    }
}
