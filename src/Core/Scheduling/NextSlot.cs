// The place of the one item that its worker runs next. Its worker puts and takes without a fence; whoever takes it away, because
// the worker's present item runs on, pays for both, as in LocalQueue.
//
// Invariant: _item is the worker's to write; but who takes an item away leaves the mark Gone in its place, unless the worker has
// written there meanwhile. _isWanted is written inside the gate: one from when somebody has taken an item away until the worker
// comes by and has learnt, in the gate, which. Until then nobody takes away another. So the slot keeps no item alive that has left it.
//
// No item has two takers, and none is lost: the worker first writes _item, then reads _isWanted; who takes away first writes
// _isWanted, then makes a fence on all processors, then reads _item. So either the worker sees that it is wanted, and asks in
// the gate what was taken, or what it wrote is what the other reads. What was taken is what the worker has written last, if it
// finds Gone there, and else what was there before: the other has read it, and its mark was written over or never made.
//
// Linearisation points: a put and a take at the write of _item, unless what they find there was taken; a taking away at the
// read of _item behind the fence.

using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Scheduling;

/// <summary>What a worker runs next.</summary>
internal sealed class NextSlot<TAtomics>
    where TAtomics : struct, IAtomics
{
    private readonly Gate _gate = new();

    private IWorkItem? _item;

    private int _isWanted;

    /// <summary>Whether it holds an item. By anyone; a moment's truth.</summary>
    internal bool IsFull => TAtomics.Read(in _item) is { } item && item != NextSlotMark.Gone;

    /// <summary>Puts an item there. By the worker.</summary>
    /// <returns>What was there before, if anything.</returns>
    internal IWorkItem? Put(IWorkItem item)
    {
        IWorkItem? before = TAtomics.Read(in _item);
        TAtomics.Write(ref _item, item);
        return TAtomics.Read(in _isWanted) == 0 ? before : Settle(before);
    }

    /// <summary>Takes the item. By the worker.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal IWorkItem? Take() => TAtomics.Read(in _item) is { } item ? Take(item) : null;

    /// <summary>Takes the item. By anyone.</summary>
    internal IWorkItem? TakeAway()
    {
        // To look costs little; to fence all processors for nothing, much.
        if (!IsFull) return null;
        IWorkItem? item = null;
        TAtomics.Enter(_gate);
        if (TAtomics.Read(in _isWanted) == 0)
        {
            TAtomics.Write(ref _isWanted, 1);
            TAtomics.FenceAllProcessors();
            item = TAtomics.Read(in _item);
            if (item is null) TAtomics.Write(ref _isWanted, 0);
            else TAtomics.CompareExchange(ref _item, NextSlotMark.Gone, item);
        }

        TAtomics.Exit(_gate);
        return item;
    }

    private IWorkItem? Take(IWorkItem item)
    {
        TAtomics.Write(ref _item, null);
        return TAtomics.Read(in _isWanted) == 0 ? item : Settle(item);
    }

    /// <summary>Finds out what was taken away, when the worker has written over what was there.</summary>
    /// <param name="before">What was there; or the mark.</param>
    /// <returns>What was there, if it is the worker's still.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private IWorkItem? Settle(IWorkItem? before)
    {
        TAtomics.Enter(_gate);
        bool isLeft = TAtomics.Read(in _isWanted) == 0;
        if (!isLeft && TAtomics.Read(in _item) == NextSlotMark.Gone)
        {
            TAtomics.Write(ref _item, null);
            isLeft = true;
        }

        TAtomics.Write(ref _isWanted, 0);
        TAtomics.Exit(_gate);
        return isLeft ? before : null;
    }
}

/// <summary>What stands in a next-slot for an item that was taken away.</summary>
internal sealed class NextSlotMark : IWorkItem
{
    internal static readonly IWorkItem Gone = new NextSlotMark();

    private NextSlotMark()
    {
    }

    /// <remarks>Nobody takes it.</remarks>
    public void Execute() => throw new InvalidOperationException("The mark of a next-slot is no work.");
}
