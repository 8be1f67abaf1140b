// The end. Closing is the seal of the queue: what was accepted before it is read, nothing is accepted after it. The channel
// has ended when it is closed and the last item is taken; then Completion completes, before any waiter hears of the end.

using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    /// <summary>
    /// Without inline continuations, what waits for it never runs inside the operation that ends the channel: the waiters told
    /// next may be what it waits for.
    /// </summary>
    private readonly TaskCompletionSource _completion;

    /// <summary>Under the gate.</summary>
    private bool _isClosed;

    /// <summary>Why it was closed; written once, before the channel shows that it is closed.</summary>
    private Exception? _error;

    /// <summary>Under the gate: <see cref="_completion"/> is, or is about to be, completed.</summary>
    private bool _isEnded;

    /// <summary>Whether there is nothing to read and never will be. Under the gate.</summary>
    private bool HasEnded => _isClosed && _readersQueued.IsEmpty && _queue.IsEmpty;

    private bool TryClose(Exception? error)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        bool closes = !_isClosed;
        if (closes)
        {
            _error = error;
            _isClosed = true;
            NoteClosing(ChannelTables.Close);
            AnnounceAndFence(SignalWord.Closed, othersFence: TQueue.HasManyReaders);
            if (!_queue.TrySeal())
            {
                TAtomics.FenceAllProcessors();
                _writeSide.WaitUntilQuiet();
            }

            NoteClosing(ChannelTables.Seal);
            Fail(_writersQueued, ref decided);
            EndWaits(_writersWaiting, ref decided);
            Wake(_readersGathering, true, ref decided);
            Settle(ref decided);
        }

        TAtomics.Exit(_gate);
        Tell(in decided);
        return closes;
    }

    /// <summary>Once closed: if the last item is taken, ends the channel and everyone who waits to read. Under the gate.</summary>
    private void SettleEnd(ref Decided decided)
    {
        if (!_queue.IsEmpty) return;
        Fail(_readersQueued, ref decided);
        EndWaits(_readersWaiting, ref decided);
        if (_isEnded) return;
        _isEnded = true;
        NoteClosing(ChannelTables.End);
        decided.IsEnd = true;
    }

    private void Fail(WaiterList list, ref Decided decided)
    {
        while (list.Head is { } waiter)
        {
            list.Remove(waiter);
            if (!waiter.TryClaim()) continue;
            waiter.Fail(ClosedException());
            decided.Add(waiter);
        }
    }

    /// <summary>A wait for a read or write that can never be says false, or the error the channel was closed with.</summary>
    private void EndWaits(WaiterList<Waiter<bool>> list, ref Decided decided)
    {
        if (_error is null)
        {
            Wake(list, false, ref decided);
            return;
        }

        while (list.Head is { } waiter)
        {
            list.Remove(waiter);
            waiter.Fail(_error);
            decided.Add(waiter);
        }
    }

    private ValueTask<T> EndOfRead()
    {
        if (_error is not OperationCanceledException cancelled) return ValueTask.FromException<T>(ClosedException());
        CancellationToken token = cancelled.CancellationToken;
        return ValueTask.FromCanceled<T>(token.IsCancellationRequested ? token : new CancellationToken(canceled: true));
    }

    private ValueTask<bool> EndOfWait() => _error is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(_error);

    private Exception ClosedException() => Completions.Closed(_error);

    private void CompleteCompletion() => Completions.Complete(_completion, _error);
}
