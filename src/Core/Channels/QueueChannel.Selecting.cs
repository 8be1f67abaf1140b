// The cases of selects. They wait in the same lists, in their turn; that a case may have been decided by another channel shows
// when it is claimed (Selecting/SelectCore.cs).

using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private void Enlist<TWaiter>(TWaiter waiter, WaiterList<TWaiter> list)
        where TWaiter : Waiter
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        bool isRead = (WaiterList)list == _readersQueued;
        if (isRead ? !HasEnded : !_isClosed)
        {
            list.Add(waiter);
            AnnounceAndFence(isRead ? SignalWord.ReadersQueued : SignalWord.WritersQueued, othersFence: isRead ? TQueue.HasManyWriters : TQueue.HasManyReaders);
            Settle(ref decided);
        }
        else if (waiter.TryClaim())
        {
            waiter.Fail(ClosedException());
            decided.Add(waiter);
        }

        TAtomics.Exit(_gate);
        Tell(in decided);
    }

    private void Delist(Waiter waiter) => ((IWaiterOwner)this).TryAbandon(waiter);

    private sealed partial class ReadSide
    {
        internal override CaseOutcome TrySelect(out T? item, out Exception? error)
        {
            error = null;
            if (TryRead(out item)) return CaseOutcome.Done;
            if ((TAtomics.Read(in _channel._signals) & SignalWord.Closed) == 0) return CaseOutcome.NotNow;
            TAtomics.Enter(_channel._gate);
            bool ended = _channel.HasEnded;
            if (ended) error = _channel._error;
            TAtomics.Exit(_channel._gate);
            return ended ? CaseOutcome.Ended : CaseOutcome.NotNow;
        }

        internal override Waiter<T> CreateSelectWaiter(SelectRead<T> read, ISelectClaim select) =>
            new SelectReadWaiter<T>(_channel, _channel._readWaiters, read, select);

        internal override void Enlist(Waiter<T> waiter) => _channel.Enlist(waiter, _channel._readersQueued);

        internal override void Delist(Waiter<T> waiter) => _channel.Delist(waiter);
    }

    private sealed partial class WriteSide
    {
        internal override CaseOutcome TrySelect(T item, out Exception? error)
        {
            error = null;
            if (TryWrite(item)) return CaseOutcome.Done;
            if ((TAtomics.Read(in _channel._signals) & SignalWord.Closed) == 0) return CaseOutcome.NotNow;

            // Whoever closes it has the gate until the queue is sealed; before that another's write may still be accepted.
            TAtomics.Enter(_channel._gate);
            error = _channel._error;
            TAtomics.Exit(_channel._gate);
            return CaseOutcome.Ended;
        }

        internal override WriteWaiter<T> CreateSelectWaiter(SelectWrite<T> write, ISelectClaim select) =>
            new SelectWriteWaiter<T>(_channel, _channel._writeWaiters, write, select);

        internal override void Enlist(WriteWaiter<T> waiter) => _channel.Enlist(waiter, _channel._writersQueued);

        internal override void Delist(WriteWaiter<T> waiter) => _channel.Delist(waiter);
    }
}
