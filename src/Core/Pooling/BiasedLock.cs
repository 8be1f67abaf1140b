using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Pooling;

/// <summary>
/// A lock that belongs to one thread, its owner, who takes it with two moves and no locked instruction; others take it now and then,
/// and pay for both sides with a fence on all processors.
/// </summary>
/// <remarks>
/// <para><b>Invariant.</b> Owner and claimer are never in it at once. There is one claimer at most: the one whose compare-and-swap
/// set <c>_claimed</c>.</para>
/// <para><b>Linearisation.</b> The owner is in from its read of <c>_claimed</c> that finds 0; a claimer from its read of
/// <c>_busy</c> that finds 0.</para>
/// <para><b>Memory order.</b> It is Dekker's protocol: each side announces itself, and then looks for the other. The owner has no
/// fence between the two, so its store may be seen late. The claimer's fence on all processors, after its announcement, divides
/// the owner's stores: if <c>_busy</c> was set before it, the claimer sees that, and gives way; if after, the owner's read, which is
/// later still, sees <c>_claimed</c>, and the owner gives way. Both may; nobody waits in here. Leaving is a release store, which
/// pairs with the other side's acquire read: what was done inside is seen.</para>
/// <para>The biased locks of Vasudevan, Namjoshi and Edwards, "Simple and fast biased locks" (PACT 2010), with membarrier(2).</para>
/// </remarks>
internal struct BiasedLock
{
    /// <summary>1 while the owner is inside, or looks whether it may be. Written by the owner alone.</summary>
    private int _busy;

    /// <summary>1 from a claimer's announcement until it gives the lock back.</summary>
    private int _claimed;

    /// <summary>For the owner: enters, or finds that another has claimed the lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryEnter<TAtomics>()
        where TAtomics : struct, IAtomics
    {
        TAtomics.Write(ref _busy, 1);
        if (TAtomics.Read(in _claimed) == 0) return true;
        TAtomics.Write(ref _busy, 0);
        return false;
    }

    /// <summary>Ends what <see cref="TryEnter"/> began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Leave<TAtomics>()
        where TAtomics : struct, IAtomics => TAtomics.Write(ref _busy, 0);

    /// <summary>For any thread but the owner; microseconds. False when the owner is inside, or another has claimed it.</summary>
    internal bool TryClaim<TAtomics>()
        where TAtomics : struct, IAtomics
    {
        if (TAtomics.CompareExchange(ref _claimed, 1, 0) != 0) return false;
        TAtomics.FenceAllProcessors();
        if (TAtomics.Read(in _busy) == 0) return true;
        TAtomics.Write(ref _claimed, 0);
        return false;
    }

    /// <summary>Gives back what was claimed.</summary>
    internal void Release<TAtomics>()
        where TAtomics : struct, IAtomics => TAtomics.Write(ref _claimed, 0);
}
