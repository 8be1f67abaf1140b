// The place of the one item that its worker runs next. Its worker puts and takes without a fence; whoever takes it away, because
// the worker's present item runs on, pays for both, as in LocalQueue.
//
// Invariant: _item is the worker's to write; the other two are written inside the gate. What is _taken is in nobody's way:
// it stays in _item until its worker comes by, who finds _isWanted, and clears all three in the gate. (So the slot keeps one item
// that has run from being collected for as long as its worker's present item runs on.)
//
// No item has two takers, and none is lost: the worker first writes _item, then reads _isWanted; who takes away first writes
// _isWanted, then makes a fence on all processors, then reads _item. So either the worker sees that it is wanted, and asks in
// the gate what was taken, or what it wrote is what the other reads.
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

    private IWorkItem? _taken;

    private int _isWanted;

    /// <summary>Whether it holds an item. By anyone; a moment's truth.</summary>
    internal bool IsFull => TAtomics.Read(in _item) is { } item && item != TAtomics.Read(in _taken);

    /// <summary>Puts an item there. By the worker.</summary>
    /// <returns>What was there before, if anything.</returns>
    internal IWorkItem? Put(IWorkItem item)
    {
        IWorkItem? before = TAtomics.Read(in _item);
        TAtomics.Write(ref _item, item);
        return TAtomics.Read(in _isWanted) == 0 ? before : Settle(before, item);
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
            TAtomics.Write(ref _taken, item);
            if (item is null) TAtomics.Write(ref _isWanted, 0);
        }

        TAtomics.Exit(_gate);
        return item;
    }

    private IWorkItem? Take(IWorkItem item)
    {
        TAtomics.Write(ref _item, null);
        return TAtomics.Read(in _isWanted) == 0 ? item : Settle(item, null);
    }

    /// <summary>Finds out what was taken away, when the worker has written over it.</summary>
    /// <param name="before">What was there.</param>
    /// <param name="item">What is there now.</param>
    /// <returns>What was there, if it is the worker's still.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private IWorkItem? Settle(IWorkItem? before, IWorkItem? item)
    {
        TAtomics.Enter(_gate);
        IWorkItem? taken = TAtomics.Read(in _taken);
        if (taken is not null && taken != before && taken == item) TAtomics.Write(ref _item, null);
        TAtomics.Write(ref _taken, null);
        TAtomics.Write(ref _isWanted, 0);
        TAtomics.Exit(_gate);
        return taken == before ? null : before;
    }
}
