// Writes. TryWrite goes to the queue; it comes to the gate first if a WriteAsync waits (it must not overtake it), and
// afterwards if a reader waits for the item it added.

using System.Threading.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private readonly WaiterPool<bool> _writeWaiters = new();

    private readonly WriteSide _writeSide;

    /// <summary>As <see cref="_readSpins"/>, for a write that finds no room.</summary>
    private int _writeSpins;

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
        if (SpinUntilWritable() && Writer.TryWrite(item)) return default;
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
        if (SpinUntilWritable()) return new ValueTask<bool>(true);
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

    private bool SpinUntilWritable()
    {
        SpinWait spinner = default;
        for (int turns = _writeSpins; turns > 0; turns--)
        {
            if ((TAtomics.Read(in _signals) & (SignalWord.Closed | SignalWord.WritersQueued)) != 0) return false;
            TAtomics.Spin(ref spinner);
            if (!_queue.IsFull)
            {
                _writeSpins = Math.Min(_writeSpins * 2, _tuning.MostSpins);
                return true;
            }
        }

        _writeSpins = Math.Min(Math.Max(_writeSpins / 2, 1), _tuning.MostSpins);
        return false;
    }

    private sealed class WriteSide : ChannelWriter<T>
    {
        private readonly QueueChannel<T, TQueue, TAtomics> _channel;

        private readonly TQueue _queue;

        private OwnCount _fences;

        /// <summary>
        /// One while the only producer is between its look at "closed" and the end of its enqueue. See
        /// <see cref="WaitUntilQuiet"/>.
        /// </summary>
        private OwnCount _writing;

        internal WriteSide(QueueChannel<T, TQueue, TAtomics> channel)
        {
            _channel = channel;
            _queue = channel._queue;
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

        /// <summary>
        /// Waits until the producer, if it is in the middle of an enqueue, has finished it. After the channel showed "closed"
        /// and fenced, an enqueue that starts later sees it and does not happen; so the final tail is known when this returns.
        /// </summary>
        internal void WaitUntilQuiet()
        {
            SpinWait spinner = default;
            while (TAtomics.Read(in _writing.Value) != 0) TAtomics.Spin(ref spinner);
        }

        /// <summary>
        /// The single producer's write. The same protocol as the sleepers', twice: "I am writing" against "closed", then "there
        /// is an item" against "a reader waits".
        /// </summary>
        private bool TryWriteAlone(T item)
        {
            TAtomics.Write(ref _writing.Value, 1);
            int signals = _channel.SignalsAfterStore();
            bool written = (signals & (SignalWord.Closed | SignalWord.WritersQueued)) == 0 && _queue.TryEnqueue(item);
            TAtomics.Write(ref _writing.Value, 0);
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
                if (++_fences.Value == _channel._tuning.FencesBeforeUnfenced)
                {
                    _fences.Value = 0;
                    _channel.StopFencing();
                }
            }

            if ((signals & SignalWord.AnyReader) != 0) _channel.Settle();
        }
    }
}
