// Reads. TryRead goes to the queue; it comes to the gate first if a ReadAsync waits (it must not overtake it), and afterwards
// if a writer waits for the room it made or the channel may have ended with this item.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private readonly WaiterPool<Waiter<T>, TAtomics> _readWaiters;

    private readonly WaiterPool<Waiter<bool>, TAtomics> _signalWaiters;

    private readonly ReadSide _readSide;

    private bool TryReadInTurn([MaybeNullWhen(false)] out T item)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        Settle(ref decided);
        item = default;
        bool found = _readersQueued.IsEmpty && _queue.TryDequeue(out item);
        if (found) Settle(ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
        return found;
    }

    /// <summary>The oldest item, if nobody's turn comes before. Under the gate.</summary>
    private bool PeekUnderGate([MaybeNullWhen(false)] out T item)
    {
        if (!TQueue.HoldsItems && _writersQueued.First is { } writer)
        {
            item = writer.Item!;
            return true;
        }

        item = default;
        return _readersQueued.IsEmpty && _queue.TryPeek(out item);
    }

    private bool TryPeekInTurn([MaybeNullWhen(false)] out T item)
    {
        TAtomics.Enter(_gate);
        bool found = PeekUnderGate(out item);
        TAtomics.Exit(_gate);
        return found;
    }

    private ValueTask<T> ReadAsyncSlowly(CancellationToken cancellationToken)
    {
        if (_readSide.SpinUntilReadable(_options.Tuning.AwaitSpins) && Reader.TryRead(out T? early)) return new ValueTask<T>(early);
        Waiter<T>? waiter = QueueRead(parker: null, cancellationToken);
        return waiter is null ? EndOfRead() : new ValueTask<T>(waiter, waiter.Version);
    }

    /// <summary>Starts a read that waits in its turn.</summary>
    /// <returns>Null when the channel has ended.</returns>
    private Waiter<T>? QueueRead(AutoResetEvent? parker, CancellationToken cancellationToken)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        Waiter<T>? waiter = HasEnded ? null : AddReader(parker, ref decided);
        TAtomics.Exit(_gate);
        if (waiter is not null) Leave(waiter, in decided, cancellationToken);
        return waiter;
    }

    /// <summary>Lists a new read, and looks whether it can be served at once. Under the gate.</summary>
    private Waiter<T> AddReader(AutoResetEvent? parker, ref Decided decided)
    {
        if (_options.CancelsOlderReads) CancelOlder(_readersQueued, ref decided);
        Waiter<T> waiter = _readWaiters.TryRent() ?? new Waiter<T>(this, _readWaiters);
        waiter.Parker = parker;
        _readersQueued.Add(waiter);
        AnnounceAndFence(SignalWord.ReadersQueued, othersFence: TQueue.HasManyWriters);
        if (IsReadSettled) NotePhase();
        else Settle(ref decided);
        NoteStay(waiter);
        return waiter;
    }

    private ValueTask<bool> WaitToReadAsyncSlowly(CancellationToken cancellationToken)
    {
        if (TQueue.HoldsItems && _readSide.SpinUntilReadable(_options.Tuning.AwaitSpins)) return new ValueTask<bool>(true);
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (HasEnded)
        {
            TAtomics.Exit(_gate);
            return EndOfWait();
        }

        if (_options.CancelsOlderReads) CancelOlder(_readersWaiting, ref decided);
        Waiter<bool> waiter = RentSignalWaiter();
        _readersWaiting.Add(waiter);
        AnnounceAndFence(SignalWord.ReadersWaiting, othersFence: TQueue.HasManyWriters);
        Settle(ref decided);
        NoteStay(waiter);
        TAtomics.Exit(_gate);
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    private sealed partial class ReadSide : FastChannelReader<T>
    {
        /// <summary>The bits that make a read look further.</summary>
        private static int SignalsAfterRead => SignalWord.AnyWriter | SignalWord.Closed | (TQueue.HasManyReaders ? 0 : SignalWord.Fenced);

        private readonly QueueChannel<T, TQueue, TAtomics> _channel;

        private readonly TQueue _queue;

        private OwnCounts _own;

        internal ReadSide(QueueChannel<T, TQueue, TAtomics> channel)
        {
            _channel = channel;
            _queue = channel._queue;
            _own = new OwnCounts(channel._options.Tuning.BlockSpins);
            _ring = channel.RingInPlace;
        }

        public override bool CanCount => true;

        public override bool CanPeek => true;

        public override int Count => _queue.Count;

        public override Task Completion => _channel._completion.Task;

        public override bool TryRead([MaybeNullWhen(false)] out T item)
        {
            if (!TQueue.HoldsItems) return TryTake(out item);
            if (TQueue.IsGated) return TryReadAtGate(out item);
            if ((TAtomics.Read(in _channel._signals) & SignalWord.ReadersQueued) != 0) return _channel.TryReadInTurn(out item);
            if (!_queue.TryDequeue(out item)) return false;
            AfterRead();
            return true;
        }

        public override bool TryPeek([MaybeNullWhen(false)] out T item) =>
            TQueue.IsGated || (TAtomics.Read(in _channel._signals) & SignalWord.ReadersQueued) != 0
                ? _channel.TryPeekInTurn(out item)
                : _queue.TryPeek(out item);

        public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
            if (TQueue.IsGated) return _channel.ReadAsyncAtGate(cancellationToken);
            return TryRead(out T? item) ? new ValueTask<T>(item) : _channel.ReadAsyncSlowly(cancellationToken);
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
            return IsReadable ? new ValueTask<bool>(true) : _channel.WaitToReadAsyncSlowly(cancellationToken);
        }

        /// <summary>A side has slept: the count of fences without a sleep begins anew. Any thread; an increment may be lost, or survive.</summary>
        internal void ForgetFences() => _own.Fences = 0;

        private bool IsReadable => TQueue.HoldsItems ? !_queue.IsEmpty : (TAtomics.Read(in _channel._signals) & SignalWord.WritersQueued) != 0;

        /// <summary>Bounded: going to sleep and being woken costs about as much as the longest spin.</summary>
        internal bool SpinUntilReadable(int mostSpins)
        {
            int looks = _own.Looks(mostSpins);
            for (int look = 0; look < looks; look++)
            {
                PauseBetweenLooks(look);
                if (!_queue.IsEmpty)
                {
                    // An item that comes at once is one of a stream.
                    if (look == 0) _channel.Linger(forItems: true);
                    _own.SpinHelped(mostSpins);
                    return true;
                }

                if ((TAtomics.Read(in _channel._signals) & SignalWord.Closed) != 0) return false;
            }

            _own.SpinWasInVain(looks);
            return false;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void AfterRead()
        {
            int signals = TAtomics.Read(in _channel._signals);
            if ((signals & SignalsAfterRead) != 0) AfterRead(signals);
        }

        private void AfterRead(int signals)
        {
            if (!TQueue.HasManyReaders && (signals & SignalWord.Fenced) != 0)
            {
                signals = _channel.SignalsAfterStore();
                if (++_own.Fences >= _channel._patience.Count)
                {
                    _own.Fences = 0;
                    _channel.StopFencing();
                }
            }

            if ((signals & SignalWord.AnyWriter) != 0 || ((signals & SignalWord.Closed) != 0 && _queue.IsEmpty)) _channel.Settle();
        }
    }
}
