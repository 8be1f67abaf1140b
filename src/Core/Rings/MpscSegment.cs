using FastCore.Atomics;

namespace FastCore.Rings;

/// <summary>A ring in the chain of an <see cref="MpscQueueCore{T, TAtomics}"/>.</summary>
internal sealed class MpscSegment<T, TAtomics>(int capacity)
    where TAtomics : struct, IAtomics
{
    internal readonly MpmcRingCore<T, TAtomics> Ring = new(capacity);

    /// <summary>Set once, by compare-and-swap from null, after <see cref="Ring"/> was closed.</summary>
    internal MpscSegment<T, TAtomics>? Next;
}
