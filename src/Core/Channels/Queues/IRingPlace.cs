using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>Where a ring stands in a chain of rings, asked by an operation that is about to take from it.</summary>
internal interface IRingPlace<T, TSides, TAtomics>
    where TSides : struct, ISides
    where TAtomics : struct, IAtomics
{
    /// <summary>Whether it is the first; a ring of its own always is.</summary>
    bool IsFirst(SealableRing<T, TSides, TAtomics> ring);
}
