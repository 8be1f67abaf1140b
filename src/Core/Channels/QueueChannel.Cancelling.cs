// Cancellation. It comes to the gate, and there it is plain whether a waiter is decided.

using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    /// <remarks>
    /// A waiter that leaves makes no other's condition hold: it neither held an item of the queue nor a place in it. So there
    /// is nothing to settle. Its awaiter's code never runs here, whatever the options say: this is the canceller's thread.
    /// </remarks>
    void IWaiterOwner.Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        TAtomics.Enter(_gate);
        WaiterList? list = waiter.List;
        if (list is not null)
        {
            list.Remove(waiter);
            waiter.Cancel(cancellationToken);
            ShowSignals();
            NotePhase();
        }

        TAtomics.Exit(_gate);
        if (list is not null) waiter.Signal(_options.Continuations.NotHere);
    }

    /// <summary>
    /// A channel of one reader whose reader waits twice: the earlier wait is cancelled, as the stock channel does, so that the
    /// mistake shows where it was made. Under the gate.
    /// </summary>
    private static void CancelOlder(WaiterList list, ref Decided decided)
    {
        while (list.Head is { SelectNumber: 0 } older)
        {
            list.Remove(older);
            older.Fail(new OperationCanceledException());
            decided.Add(older);
        }
    }

    bool IWaiterOwner.TryAbandon(Waiter waiter)
    {
        TAtomics.Enter(_gate);
        WaiterList? list = waiter.List;
        if (list is not null)
        {
            list.Remove(waiter);
            ShowSignals();
            NotePhase();
        }

        TAtomics.Exit(_gate);
        return list is not null;
    }

    void IWaiterOwner.Expire(GatherWaiter waiter)
    {
        TAtomics.Enter(_gate);
        bool ends = waiter is { List: not null, IsOver: true };
        bool rings = waiter.List is not null && !ends;
        if (ends)
        {
            _readersGathering.Remove(waiter);
            waiter.Succeed(false);
            ShowSignals();
            NotePhase();
        }

        TAtomics.Exit(_gate);
        if (ends) waiter.Signal(_options.Continuations.NotHere);
        if (rings) waiter.StartTimer();
    }
}
