namespace FastCore.Atomics;

/// <summary>
/// A lock for short sections, mostly of some tens of nanoseconds, which is what guards the slow paths here; the longest hold a
/// fence on all processors, or wait for a step another thread is in the middle of. Taken and given back through
/// <see cref="IAtomics.Enter"/> and <see cref="IAtomics.Exit"/>; not reentrant, and no fair queue.
/// </summary>
/// <remarks>
/// One compare-and-swap to take it and one store to give it back: a third of what <see cref="Lock"/> costs, which has to know
/// its owner. Who finds it taken spins, then yields, and never sleeps in it; so nothing here can throw, in a thread that was
/// interrupted either.
/// </remarks>
internal class Gate
{
    /// <summary>One while a thread is in it.</summary>
    internal int Taken;

    /// <summary>How often somebody found it taken. Written by who has it.</summary>
    internal int Contended;
}
