// Writes. TryWrite goes to the queue; it comes to the gate first if a WriteAsync waits (it must not overtake it), and
// afterwards if a reader waits for the item it added.

using System.Runtime.CompilerServices;
using FastCore.Channels.Queues;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private readonly WaiterPool<WriteWaiter<T>, TAtomics> _writeWaiters;

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
        if (_writeSide.SpinUntilWritable(_options.Tuning.AwaitSpins) && Writer.TryWrite(item)) return default;
        WriteWaiter<T>? waiter = QueueWrite(item, parker: null, cancellationToken);
        return waiter is null ? ValueTask.FromException(ClosedException()) : new ValueTask(waiter, waiter.Version);
    }

    /// <summary>Starts a write that waits in its turn.</summary>
    /// <returns>Null when the channel is closed.</returns>
    private WriteWaiter<T>? QueueWrite(T item, AutoResetEvent? parker, CancellationToken cancellationToken)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        WriteWaiter<T>? waiter = _isClosed ? null : AddWriter(item, parker, ref decided);
        TAtomics.Exit(_gate);
        if (waiter is not null) Leave(waiter, in decided, cancellationToken);
        return waiter;
    }

    /// <summary>Lists a new write, and looks whether there is room for it. Under the gate.</summary>
    private WriteWaiter<T> AddWriter(T item, AutoResetEvent? parker, ref Decided decided)
    {
        WriteWaiter<T> waiter = _writeWaiters.TryRent() ?? new WriteWaiter<T>(this, _writeWaiters);
        waiter.Item = item;
        waiter.Parker = parker;
        _writersQueued.Add(waiter);
        AnnounceAndFence(SignalWord.WritersQueued, othersFence: TQueue.HasManyReaders);
        if (IsWriteSettled) NotePhase();
        else Settle(ref decided);
        NoteStay(waiter);
        return waiter;
    }

    private ValueTask<bool> WaitToWriteAsyncSlowly(CancellationToken cancellationToken)
    {
        if (TQueue.HoldsItems && _writeSide.SpinUntilWritable(_options.Tuning.AwaitSpins)) return new ValueTask<bool>(true);
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (_isClosed)
        {
            TAtomics.Exit(_gate);
            return EndOfWait();
        }

        Waiter<bool> waiter = RentSignalWaiter();
        _writersWaiting.Add(waiter);
        AnnounceAndFence(SignalWord.WritersWaiting, othersFence: TQueue.HasManyReaders);
        Settle(ref decided);
        NoteStay(waiter);
        TAtomics.Exit(_gate);
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    private sealed partial class WriteSide : FastChannelWriter<T>
    {
        private readonly QueueChannel<T, TQueue, TAtomics> _channel;

        private readonly TQueue _queue;

        private OwnCounts _own;

        internal WriteSide(QueueChannel<T, TQueue, TAtomics> channel)
        {
            _channel = channel;
            _queue = channel._queue;
            _own = new OwnCounts(channel._options.Tuning.BlockSpins);
            _ring = channel.RingInPlace;
        }

        public override bool TryWrite(T item)
        {
            if (!TQueue.HasManyWriters) return TryWriteAlone(item);
            if (!TQueue.HoldsItems) return TryGive(item);
            if (TQueue.IsGated) return TryWriteAtGate(item);
            if (_queue is PrioritizedQueue<T, TAtomics> prioritized) prioritized.ThrowIfFaulted();
            if ((TAtomics.Read(in _channel._signals) & SignalWord.WritersQueued) != 0) return _channel.TryWriteInTurn(item);
            if (!_queue.TryEnqueue(item)) return false;
            AfterWrite(TAtomics.Read(in _channel._signals));
            return true;
        }

        public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);

            // A queue that drops what it can't hand over tells a caller's code of it: not under the gate.
            if (TQueue.IsGated && (TQueue.HoldsItems || _queue.IsFull)) return _channel.WriteAsyncAtGate(item, cancellationToken);
            return TryWrite(item) ? default : _channel.WriteAsyncSlowly(item, cancellationToken);
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
            return IsWritable ? new ValueTask<bool>(true) : _channel.WaitToWriteAsyncSlowly(cancellationToken);
        }

        public override bool TryComplete(Exception? error = null) => _channel.TryClose(error);

        /// <inheritdoc cref="ReadSide.ForgetFences"/>
        internal void ForgetFences() => _own.Fences = 0;

        private bool IsWritable
        {
            get
            {
                int signals = TAtomics.Read(in _channel._signals);
                if ((signals & (SignalWord.Closed | SignalWord.WritersQueued)) != 0) return false;
                return !_queue.IsFull || (!TQueue.HoldsItems && (signals & SignalWord.ReadersQueued) != 0);
            }
        }

        internal bool SpinUntilWritable(int mostSpins)
        {
            int looks = _own.Looks(mostSpins);
            for (int look = 0; look < looks; look++)
            {
                if ((TAtomics.Read(in _channel._signals) & (SignalWord.Closed | SignalWord.WritersQueued)) != 0) return false;
                PauseBetweenLooks(look);
                if (!_queue.IsFull)
                {
                    // Nobody waits for this item while there are so many before it.
                    _channel.Linger(forItems: false);
                    _own.SpinHelped(mostSpins);
                    return true;
                }
            }

            _own.SpinWasInVain(looks);
            return false;
        }

        /// <summary>
        /// Waits until the producer, if it is in the middle of an enqueue, has finished it. After the channel showed "closed"
        /// and fenced all processors, an enqueue that starts later sees it and does not happen; so the final tail is known
        /// when this returns.
        /// </summary>
        internal void WaitUntilQuiet()
        {
            SpinWait spinner = default;
            while (TAtomics.Read(in _own.Writing) != 0) TAtomics.Spin(ref spinner);
        }

        /// <summary>
        /// The single producer's write. The same protocol as the sleepers', twice: "I am writing" against "closed", for which
        /// the one who closes always pays both fences, then "there is an item" against "a reader waits".
        /// </summary>
        private bool TryWriteAlone(T item)
        {
            TAtomics.Write(ref _own.Writing, 1);
            int signals = TAtomics.Read(in _channel._signals);
            bool written;
            try
            {
                written = (signals & (SignalWord.Closed | SignalWord.WritersQueued)) == 0 && _queue.TryEnqueue(item);
            }
            finally
            {
                // There may be no memory for another ring.
                TAtomics.Write(ref _own.Writing, 0);
            }

            if (!written) return (signals & SignalWord.WritersQueued) != 0 && _channel.TryWriteInTurn(item);
            AfterWriteAlone();
            return true;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void AfterWriteAlone()
        {
            int signals = TAtomics.Read(in _channel._signals);
            if ((signals & (SignalWord.AnyReader | SignalWord.Fenced)) != 0) AfterWriteAlone(signals);
        }

        private void AfterWriteAlone(int signals)
        {
            if ((signals & SignalWord.Fenced) != 0)
            {
                signals = _channel.SignalsAfterStore();
                if (++_own.Fences >= _channel._patience.Count)
                {
                    _own.Fences = 0;
                    _channel.StopFencing();
                }
            }

            AfterWrite(signals);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void AfterWrite(int signals)
        {
            if ((signals & SignalWord.AnyReader) != 0 && _channel.ConcernsReaders(signals)) _channel.Settle();
        }
    }
}
