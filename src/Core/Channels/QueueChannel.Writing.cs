// Writes. TryWrite goes to the queue; it comes to the gate first if a WriteAsync waits (it must not overtake it), and
// afterwards if a reader waits for the item it added.

using System.Threading.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private readonly WaiterPool<bool> _writeWaiters = new();

    private readonly WriteSide _writeSide;

    private bool TryWriteInTurn(T item)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        Settle(ref decided);
        bool written = !_isClosed && _writersQueued.IsEmpty && _queue.TryEnqueue(item);
        if (written) Settle(ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
        return written;
    }

    private ValueTask WriteAsyncSlowly(T item, CancellationToken cancellationToken)
    {
        if (_writeSide.SpinUntilWritable() && Writer.TryWrite(item)) return default;
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (_isClosed)
        {
            TAtomics.Exit(_gate);
            return ValueTask.FromException(ClosedException());
        }

        var waiter = (WriteWaiter<T>?)_writeWaiters.TryRent() ?? new WriteWaiter<T>(this, _writeWaiters);
        waiter.Item = item;
        _writersQueued.Add(waiter);
        AnnounceAndFence();
        Settle(ref decided);
        TAtomics.Exit(_gate);
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask(waiter, waiter.Version);
    }

    private ValueTask<bool> WaitToWriteAsyncSlowly(CancellationToken cancellationToken)
    {
        if (_writeSide.SpinUntilWritable()) return new ValueTask<bool>(true);
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (_isClosed)
        {
            TAtomics.Exit(_gate);
            return EndOfWait();
        }

        Waiter<bool> waiter = RentSignalWaiter();
        _writersWaiting.Add(waiter);
        AnnounceAndFence();
        Settle(ref decided);
        TAtomics.Exit(_gate);
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    private sealed class WriteSide : ChannelWriter<T>
    {
        private readonly QueueChannel<T, TQueue, TAtomics> _channel;

        private readonly TQueue _queue;

        private OwnCounts _own;

        internal WriteSide(QueueChannel<T, TQueue, TAtomics> channel)
        {
            _channel = channel;
            _queue = channel._queue;
            _own.Spins = channel._tuning.MostSpins;
        }

        public override bool TryWrite(T item)
        {
            if (!TQueue.IsShared) return TryWriteAlone(item);
            if ((TAtomics.Read(in _channel._signals) & SignalWord.WritersQueued) != 0) return _channel.TryWriteInTurn(item);
            if (!_queue.TryEnqueue(item)) return false;
            if ((TAtomics.Read(in _channel._signals) & SignalWord.AnyReader) != 0) _channel.Settle();
            return true;
        }

        public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
            return TryWrite(item) ? default : _channel.WriteAsyncSlowly(item, cancellationToken);
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
            const int notNow = SignalWord.Closed | SignalWord.WritersQueued;
            return (TAtomics.Read(in _channel._signals) & notNow) == 0 && !_queue.IsFull
                ? new ValueTask<bool>(true)
                : _channel.WaitToWriteAsyncSlowly(cancellationToken);
        }

        public override bool TryComplete(Exception? error = null) => _channel.TryClose(error);

        internal bool SpinUntilWritable()
        {
            SpinWait spinner = default;
            for (int turn = 0; turn < _own.Spins; turn++)
            {
                if ((TAtomics.Read(in _channel._signals) & (SignalWord.Closed | SignalWord.WritersQueued)) != 0) return false;
                TAtomics.Spin(ref spinner);
                if (!_queue.IsFull)
                {
                    // Nobody waits for this item while there are so many before it.
                    Linger(ref spinner);
                    _own.SpinHelped(_channel._tuning);
                    return true;
                }
            }

            _own.SpinWasInVain(_channel._tuning);
            return false;
        }

        /// <summary>
        /// Waits until the producer, if it is in the middle of an enqueue, has finished it. After the channel showed "closed"
        /// and fenced, an enqueue that starts later sees it and does not happen; so the final tail is known when this returns.
        /// </summary>
        internal void WaitUntilQuiet()
        {
            SpinWait spinner = default;
            while (TAtomics.Read(in _own.Writing) != 0) TAtomics.Spin(ref spinner);
        }

        /// <summary>
        /// The single producer's write. The same protocol as the sleepers', twice: "I am writing" against "closed", then "there
        /// is an item" against "a reader waits".
        /// </summary>
        private bool TryWriteAlone(T item)
        {
            TAtomics.Write(ref _own.Writing, 1);
            int signals = _channel.SignalsAfterStore();
            bool written = (signals & (SignalWord.Closed | SignalWord.WritersQueued)) == 0 && _queue.TryEnqueue(item);
            TAtomics.Write(ref _own.Writing, 0);
            if (!written) return (signals & SignalWord.WritersQueued) != 0 && _channel.TryWriteInTurn(item);
            signals = TAtomics.Read(in _channel._signals);
            if ((signals & (SignalWord.AnyReader | SignalWord.Fenced)) != 0) AfterWriteAlone(signals);
            return true;
        }

        private void AfterWriteAlone(int signals)
        {
            if ((signals & SignalWord.Fenced) != 0)
            {
                signals = _channel.SignalsAfterStore();
                if (++_own.Fences == _channel._tuning.FencesBeforeUnfenced)
                {
                    _own.Fences = 0;
                    _channel.StopFencing();
                }
            }

            if ((signals & SignalWord.AnyReader) != 0) _channel.Settle();
        }
    }
}
