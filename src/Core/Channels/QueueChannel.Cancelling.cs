// Cancellation, and the return of waiters. Both come to the gate, and there it is plain whether a waiter is decided.

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
        }

        TAtomics.Exit(_gate);
        if (list is not null) waiter.Signal(inline: false);
    }

    void IWaiterOwner.Recycle<TResult>(Waiter<TResult> waiter, short token, bool reusable)
    {
        TAtomics.Enter(_gate);
        try
        {
            if (waiter.Reset(token) && reusable) waiter.Pool.Return(waiter);
        }
        finally
        {
            TAtomics.Exit(_gate);
        }
    }
}
