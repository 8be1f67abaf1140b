// Reads. TryRead goes to the queue; it comes to the gate first if a ReadAsync waits (it must not overtake it), and afterwards
// if a writer waits for the room it made or the channel may have ended with this item.

using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private readonly WaiterPool<T> _readWaiters = new();

    private readonly WaiterPool<bool> _signalWaiters = new();

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

    private bool TryPeekInTurn([MaybeNullWhen(false)] out T item)
    {
        TAtomics.Enter(_gate);
        item = default;
        bool found = _readersQueued.IsEmpty && _queue.TryPeek(out item);
        TAtomics.Exit(_gate);
        return found;
    }

    private ValueTask<T> ReadAsyncSlowly(CancellationToken cancellationToken)
    {
        if (_readSide.SpinUntilReadable() && Reader.TryRead(out T? early)) return new ValueTask<T>(early);
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (HasEnded)
        {
            TAtomics.Exit(_gate);
            return EndOfRead();
        }

        Waiter<T> waiter = _readWaiters.TryRent() ?? new Waiter<T>(this, _readWaiters);
        _readersQueued.Add(waiter);
        AnnounceAndFence();
        Settle(ref decided);
        TAtomics.Exit(_gate);
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask<T>(waiter, waiter.Version);
    }

    private ValueTask<bool> WaitToReadAsyncSlowly(CancellationToken cancellationToken)
    {
        if (_readSide.SpinUntilReadable()) return new ValueTask<bool>(true);
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (HasEnded)
        {
            TAtomics.Exit(_gate);
            return EndOfWait();
        }

        Waiter<bool> waiter = RentSignalWaiter();
        _readersWaiting.Add(waiter);
        AnnounceAndFence();
        Settle(ref decided);
        TAtomics.Exit(_gate);
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    private sealed class ReadSide : ChannelReader<T>
    {
        private readonly QueueChannel<T, TQueue, TAtomics> _channel;

        private readonly TQueue _queue;

        private OwnCounts _own;

        internal ReadSide(QueueChannel<T, TQueue, TAtomics> channel)
        {
            _channel = channel;
            _queue = channel._queue;
            _own.Spins = channel._tuning.MostSpins;
        }

        public override bool CanCount => true;

        public override bool CanPeek => true;

        public override int Count => _queue.Count;

        public override Task Completion => _channel._completion.Task;

        public override bool TryRead([MaybeNullWhen(false)] out T item)
        {
            if ((TAtomics.Read(in _channel._signals) & SignalWord.ReadersQueued) != 0) return _channel.TryReadInTurn(out item);
            if (!_queue.TryDequeue(out item)) return false;
            int signals = TAtomics.Read(in _channel._signals);
            if ((signals & (SignalWord.AnyWriter | SignalWord.Closed | SignalWord.Fenced)) != 0) AfterRead(signals);
            return true;
        }

        public override bool TryPeek([MaybeNullWhen(false)] out T item) =>
            (TAtomics.Read(in _channel._signals) & SignalWord.ReadersQueued) != 0
                ? _channel.TryPeekInTurn(out item)
                : _queue.TryPeek(out item);

        public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
            return TryRead(out T? item) ? new ValueTask<T>(item) : _channel.ReadAsyncSlowly(cancellationToken);
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
            return _queue.IsEmpty ? _channel.WaitToReadAsyncSlowly(cancellationToken) : new ValueTask<bool>(true);
        }

        /// <summary>Bounded: going to sleep and being woken costs about as much as the longest spin.</summary>
        internal bool SpinUntilReadable()
        {
            SpinWait spinner = default;
            for (int turn = 0; turn < _own.Spins; turn++)
            {
                TAtomics.Spin(ref spinner);
                if (!_queue.IsEmpty)
                {
                    // An item that comes at once is one of a stream.
                    if (turn == 0) Linger(ref spinner);
                    _own.SpinHelped(_channel._tuning);
                    return true;
                }

                if ((TAtomics.Read(in _channel._signals) & SignalWord.Closed) != 0) return false;
            }

            _own.SpinWasInVain(_channel._tuning);
            return false;
        }

        private void AfterRead(int signals)
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

            if ((signals & SignalWord.AnyWriter) != 0 || ((signals & SignalWord.Closed) != 0 && _queue.IsEmpty)) _channel.Settle();
        }
    }
}
