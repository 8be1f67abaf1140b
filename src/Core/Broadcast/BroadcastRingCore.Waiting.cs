// Waits: for an item, for room; by a pooled object or by a sleeping thread; and Settle, the one place where they are decided.

using System.Diagnostics;
using FastCore.Channels.Waiting;
using FastCore.Diagnostics;

namespace FastCore.Broadcast;

internal sealed partial class BroadcastRingCore<T, TAtomics>
{
    private readonly WaiterList<Waiter<bool>> _publishersWaiting = new() { Operation = WaitOperation.WaitToWrite };

    /// <summary>The smallest number of slots that any waiting publisher wants, or fewer. Under the gate.</summary>
    private int _roomWanted = int.MaxValue;

    /// <summary>Waits without a thread.</summary>
    /// <returns>True: ready. False: ended without an error.</returns>
    internal ValueTask<bool> WaitAsync<TSide>(TSide side, CancellationToken cancellationToken)
        where TSide : struct, IRingSide
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        if (IsReadySoon(side)) return new ValueTask<bool>(true);
        Decided decided = default;
        Enter();
        if (side.HasEnded)
        {
            Exit();
            return side.Error is { } error ? ValueTask.FromException<bool>(error) : new ValueTask<bool>(false);
        }

        Waiter<bool> waiter = Add(side.Enlist());
        ShowSignals();
        TAtomics.FenceAllProcessors();
        Settle(ref decided, out RingConsumerCore<T, TAtomics>? ended);
        Exit();
        Tell(in decided, ended);
        return Leave(waiter, cancellationToken);
    }

    /// <summary>Waits on the caller's thread, as the strategy says.</summary>
    /// <returns>True: ready. False: ended, or the time is up.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    internal bool Wait<TSide>(TSide side, TimeSpan timeout, CancellationToken cancellationToken)
        where TSide : struct, IRingSide
    {
        long started = Stopwatch.GetTimestamp();
        var spinner = new SpinWait();
        if (_strategy == RingWaitStrategy.Park && IsReadySoon(side)) return true;
        while (!side.IsReady)
        {
            if (side.HasEnded) return false;
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan) return false;
            switch (_strategy)
            {
                case RingWaitStrategy.Spin:
                    TAtomics.Pause(turns: 1);
                    break;
                case RingWaitStrategy.Yield:
                    TAtomics.Spin(ref spinner);
                    break;
                default:
                    Park(side, left, cancellationToken);
                    break;
            }
        }

        return true;
    }

    /// <summary>Sleeps until there is reason to look again, or the time is up.</summary>
    private void Park<TSide>(TSide side, TimeSpan timeout, CancellationToken cancellationToken)
        where TSide : struct, IRingSide
    {
        Decided decided = default;
        AutoResetEvent parker = ThreadParker.Current;
        Enter();
        if (side.HasEnded)
        {
            Exit();
            return;
        }

        Waiter<bool> waiter = Add(side.Enlist(), parker);
        ShowSignals();
        TAtomics.FenceAllProcessors();
        Settle(ref decided, out RingConsumerCore<T, TAtomics>? ended);
        Exit();
        Tell(in decided, ended);
        Sleep(waiter, timeout, cancellationToken);
    }

    /// <summary>Looks, and looks again for about as long as going to sleep and being woken takes.</summary>
    private bool IsReadySoon<TSide>(TSide side)
        where TSide : struct, IRingSide
    {
        if (side.IsReady) return true;
        for (int look = 0; look < _mostSpins; look++)
        {
            if (side.HasEnded) return false;
            TAtomics.Pause(turns: 1 << Math.Min(look, 3));
            if (side.IsReady) return true;
        }

        return false;
    }

    /// <summary>Comes to the gate because of a bit in the word.</summary>
    private void Settle()
    {
        Decided decided = default;
        Enter();
        Settle(ref decided, out RingConsumerCore<T, TAtomics>? ended);
        Exit();
        Tell(in decided, ended);
    }

    /// <summary>Decides every waiter whose condition holds. Under the gate.</summary>
    /// <param name="decided">Gets the decided waiters.</param>
    /// <param name="ended">Consumers that have ended with this, chained; they are told before any waiter is.</param>
    private void Settle(ref Decided decided, out RingConsumerCore<T, TAtomics>? ended)
    {
        ended = null;
        foreach (RingConsumerCore<T, TAtomics> consumer in _consumers)
        {
            if (!consumer.Waiting.IsEmpty && consumer.HasItem) Wake(consumer.Waiting, true, ref decided);
            if (consumer.Position != _end) continue;
            EndWaits(consumer.Waiting, _error, ref decided);
            if (!consumer.TryEnd()) continue;
            consumer.NextEnded = ended;
            ended = consumer;
        }

        if (!_publishersWaiting.IsEmpty)
        {
            if (IsClosed) EndWaits(_publishersWaiting, _error, ref decided);
            else if (HasRoom(_roomWanted)) Wake(_publishersWaiting, true, ref decided);
        }

        ShowSignals();
    }

    /// <summary>Makes the word, and the trace, tell what the lists hold. Under the gate.</summary>
    private void ShowSignals()
    {
        int signals = IsClosed ? RingSignals.Closed : 0;
        foreach (RingConsumerCore<T, TAtomics> consumer in _consumers)
        {
            if (!consumer.Waiting.IsEmpty) signals |= consumer.SignalsWhileWaiting;
            consumer.NotePhase();
        }

        if (_publishersWaiting.IsEmpty) _roomWanted = int.MaxValue;
        else signals |= RingSignals.PublishersWaiting;
        if (signals != _signals) TAtomics.Write(ref _signals, signals);
    }

    protected override void AfterLeaving() => ShowSignals();

    /// <summary>Outside the gate.</summary>
    private void Tell(in Decided decided, RingConsumerCore<T, TAtomics>? ended)
    {
        while (ended is not null)
        {
            RingConsumerCore<T, TAtomics>? next = ended.NextEnded;
            ended.NextEnded = null;
            ended.CompleteCompletion();
            ended = next;
        }

        Tell(in decided);
    }

    /// <summary>A publisher that waits for so many free slots.</summary>
    internal readonly struct Room(BroadcastRingCore<T, TAtomics> ring, int count) : IRingSide
    {
        public bool IsReady => ring.HasRoom(count);

        public bool HasEnded => ring.IsClosed;

        public Exception? Error => ring._error;

        public WaiterList<Waiter<bool>> Enlist()
        {
            ring._roomWanted = Math.Min(ring._roomWanted, count);
            return ring._publishersWaiting;
        }
    }
}
