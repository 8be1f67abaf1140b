// A select: several operations, of which exactly one takes place.
//
// It first tries them one after the other, those that took place longest ago first; but a read that took place goes on, while
// its channel has items, to the end of its run (SelectRead). If none can be done, each is queued in its channel as a waiter,
// in its turn among the others; the first channel that can serve its waiter decides the select, and the rest are taken out
// of their lists when the awaiter goes on, before it runs.
//
// Fairness: a run begins when its case is the first in the order that is ready, and the case goes to the end of the order.
// So before one that stays ready each other has one run at most, whether it is tried or queued: both go by the order.
//
// Invariant: State is the round and one of four phases. Idle → Open by the selecting thread, before the first case is queued.
// Open → Busy → Open or Decided by whoever serves it: a channel (under its gate), the timer or the token. Decided → Idle by
// the awaiter, after no case is queued any more. So an item is taken for a select only between Busy and Decided, by the one
// who claimed it, and nothing is taken for a select that is decided.
//
// No lost wake-up: a channel that finds the select Busy waits until it is Open or Decided, so its item is never passed by
// because of a claim that came to nothing. No deadlock: who waits for a claim holds at most its own gate and, in a
// rendezvous, the claim of a select with a lower number; who is waited for takes no gate before it lets go.
//
// Linearisation point: the one operation's, in its channel; for time and token the write of Decided.
//
// Memory order: the compare-and-swap to Busy and the release write of Decided order the claims. What the case holds (its item)
// is written before the awaiter is signalled, which carries it over.

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using FastCore.Atomics;
using FastCore.Channels.Waiting;
using FastCore.Continuations;
using FastCore.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Channels.Selecting;

/// <summary>The engine of <see cref="ChannelSelect"/>.</summary>
internal sealed partial class SelectCore<TAtomics> : Awaitable, ISelectClaim, IValueTaskSource<int>
    where TAtomics : struct, IAtomics
{
    internal const int TimedOut = -1;

    private const int Idle = 0;

    private const int Open = 1;

    private const int Busy = 2;

    private const int Decided = 3;

    private const int PhaseBits = 2;

    private const int Cancelled = -2;

    private readonly List<SelectCase> _cases = [];

    /// <summary>The indexes of the cases, that of the one that took place last at the end.</summary>
    private readonly List<int> _order = [];

    private readonly int _mostSpins;

    private TokenWatch? _watch;

    private CancellationTokenRegistration _registration;

    private Timer? _timer;

    private AutoResetEvent? _parker;

    private CancellationToken _cancelledBy;

    private long _deadline = long.MaxValue;

    private int _state;

    private int _index;

    /// <summary>The case that took place last, which may hold an item.</summary>
    private SelectCase? _received;

    /// <summary>How many times more that one may take place before the others' turn.</summary>
    private int _runLeft;

    private OwnCounts _own;

    /// <summary>Steps are taken by whoever owns the phase they leave.</summary>
    private Lifecycle _life;

    /// <param name="number">No other select's; above 0.</param>
    /// <param name="mostSpins">How often it looks again before it waits.</param>
    internal SelectCore(long number, int mostSpins)
    {
        Number = number;
        _mostSpins = mostSpins;
        _own = new OwnCounts(mostSpins);
    }

    public long Number { get; }

    internal override long Subject => _life.Subject;

    /// <summary>In the order of their indexes.</summary>
    internal IReadOnlyList<SelectCase> Cases => _cases;

    private int Phase => TAtomics.Read(in _state) & ((1 << PhaseBits) - 1);

    internal TCase Add<TCase>(TCase added)
        where TCase : SelectCase
    {
        ThrowIfWaiting();
        _order.Add(_cases.Count);
        _cases.Add(added);
        return added;
    }

    internal bool TryNow(out int index)
    {
        ThrowIfNotReady();
        return TryCases(out index);
    }

    internal ValueTask<int> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        ThrowIfNotReady();
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (TryCases(out int index) || TrySpinning(out index)) return new ValueTask<int>(index);
        if (timeout == TimeSpan.Zero) return new ValueTask<int>(TimedOut);
        Begin();
        if (timeout != Timeout.InfiniteTimeSpan) StartTimer(timeout);
        Watch(cancellationToken);
        return new ValueTask<int>(this, Version);
    }

    /// <summary>The same, blocking the thread.</summary>
    internal int Wait(TimeSpan timeout, CancellationToken cancellationToken)
    {
        ThrowIfNotReady();
        cancellationToken.ThrowIfCancellationRequested();
        if (TryCases(out int index) || TrySpinning(out index)) return index;
        if (timeout == TimeSpan.Zero) return TimedOut;
        _parker = ThreadParker.Current;
        Begin();
        Watch(cancellationToken);
        bool isInterrupted = !Park(timeout);
        try
        {
            index = GetResult(Version);
        }
        catch (OperationCanceledException) when (isInterrupted)
        {
            Thread.CurrentThread.Interrupt();
            throw;
        }

        if (isInterrupted && index == TimedOut) throw new ThreadInterruptedException();
        if (isInterrupted) Thread.CurrentThread.Interrupt();
        return index;
    }

    bool ISelectClaim.TryClaim() => TryClaim(TAtomics.Read(in _state) >> PhaseBits);

    public void Unclaim()
    {
        Note(SelectTable.Unclaim);
        TAtomics.Write(ref _state, (TAtomics.Read(in _state) & ~Decided) | Open);
    }

    public void Decide(int index)
    {
        _index = index;
        Note(SelectTable.Decide, index);
        TAtomics.Write(ref _state, TAtomics.Read(in _state) | Decided);
    }

    public void Signal(ContinuationScheduler where)
    {
        AutoResetEvent? parker = _parker;
        Complete(where);
        parker?.Set();
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        ThrowIfConsumed(token);
        if (!IsSignalled) return ValueTaskSourceStatus.Pending;
        return _index == Cancelled ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Succeeded;
    }

    public int GetResult(short token)
    {
        ThrowIfConsumed(token);
        if (!IsSignalled) throw new InvalidOperationException("The select has not finished: await its ValueTask, or ask IsCompleted first.");
        End();
        int index = _index;
        CancellationToken cancelledBy = _cancelledBy;
        _cancelledBy = default;
        ResetAwaiter();
        Note(SelectTable.Run);
        TAtomics.Write(ref _state, ((TAtomics.Read(in _state) >> PhaseBits) + 1) << PhaseBits);
        if (index >= 0) _cases[index].NoteSelected();
        return index != Cancelled ? index : throw new OperationCanceledException(cancelledBy);
    }

    private bool TryClaim(int round)
    {
        SpinWait spinner = default;
        int open = (round << PhaseBits) | Open;
        int busy = (round << PhaseBits) | Busy;
        while (true)
        {
            int seen = TAtomics.CompareExchange(ref _state, busy, open);
            if (seen == open)
            {
                Note(SelectTable.Claim);
                return true;
            }

            if (seen != busy) return false;
            TAtomics.Spin(ref spinner);
        }
    }

    /// <summary>Opens the round and queues every case in its turn, until one has decided it.</summary>
    private void Begin()
    {
        if (Lifecycle.IsWatched) _life.Begin();
        Note(SelectTable.Open);
        if (LiveWaits.IsOn) BeginLook(_targetAfter ??= TargetAfter, blocks: _parker is not null);
        TAtomics.Write(ref _state, (TAtomics.Read(in _state) & ~Decided) | Open);
        foreach (int index in _order)
        {
            if (Phase == Decided) break;
            if (_cases[index].IsEnabled) _cases[index].Enlist();
        }
    }

    private void Note(Transition step, long argument = 0)
    {
        if (Lifecycle.IsWatched) _life.Step(step, argument);
    }

    /// <summary>Takes what is left of the round out of the channels, the timer and the token.</summary>
    private void End()
    {
        foreach (SelectCase one in _cases)
        {
            one.Delist();
            if (one.Index == _index) Serve(one, _order.IndexOf(_index));
        }

        _parker = null;
        if (_deadline != long.MaxValue)
        {
            TAtomics.Write(ref _deadline, long.MaxValue);
            _timer!.Change(Timeout.Infinite, Timeout.Infinite);
        }

        if (_watch is null) return;

        // A callback that is still running keeps its watch: it knows the round, and finds it over.
        if (!_registration.Unregister()) _watch = null;
        _registration = default;
    }

    /// <summary>Blocks until the select is signalled; when the time is over or the thread is interrupted, it ends it itself.</summary>
    /// <returns>False when the thread was interrupted.</returns>
    private bool Park(TimeSpan timeout)
    {
        bool isInterrupted = false;
        long start = Stopwatch.GetTimestamp();
        SpinWait spinner = default;
        while (!IsSignalled)
        {
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(start);
            if (!isInterrupted && (timeout == Timeout.InfiniteTimeSpan || left > TimeSpan.Zero))
            {
                try
                {
                    _parker!.WaitOne(left);
                    continue;
                }
                catch (ThreadInterruptedException)
                {
                    isInterrupted = true;
                }
            }

            TryDecide(TimedOut, TAtomics.Read(in _state) >> PhaseBits);
            TAtomics.Spin(ref spinner);
        }

        return !isInterrupted;
    }

    /// <summary>For time and token.</summary>
    private void TryDecide(int index, int round, CancellationToken cancelledBy = default)
    {
        if (!TryClaim(round)) return;
        _cancelledBy = cancelledBy;
        Decide(index);
        Signal(ContinuationScheduler.ThreadPool);
    }

    private void StartTimer(TimeSpan timeout)
    {
        _timer ??= UnboundTimer.Create(static state => ((SelectCore<TAtomics>)state!).Expire(), this);
        long milliseconds = (long)Math.Ceiling(timeout.TotalMilliseconds);
        TAtomics.Write(ref _deadline, Environment.TickCount64 + milliseconds);
        _timer.Change(milliseconds, Timeout.Infinite);
    }

    /// <summary>A late call may meet another round than the one it was set for, and ends only one whose own time is over.</summary>
    private void Expire()
    {
        int round = TAtomics.Read(in _state) >> PhaseBits;
        long deadline = TAtomics.Read(in _deadline);
        if (deadline <= Environment.TickCount64)
        {
            TryDecide(TimedOut, round);
            return;
        }

        // Rings again, for the round that is on when it has set the timer; a round with no end in time needs none.
        while (deadline != long.MaxValue)
        {
            _timer!.Change(Math.Max(0, deadline - Environment.TickCount64), Timeout.Infinite);
            long seen = TAtomics.Read(in _deadline);
            if (seen == deadline) return;
            deadline = seen;
        }
    }

    private void Watch(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || Phase == Decided) return;
        _watch ??= new TokenWatch(this);
        _watch.Round = TAtomics.Read(in _state) >> PhaseBits;
        _registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var watch = (TokenWatch)state!;
                watch.Select.TryDecide(Cancelled, watch.Round, token);
            },
            _watch);
    }

    private bool TryCases(out int index)
    {
        if (_runLeft > 0 && _received is { IsEnabled: true } last && last.TryNow())
        {
            _runLeft--;
            index = last.Index;
            return true;
        }

        _runLeft = 0;
        return TryInTurn(out index);
    }

    /// <summary>The one that took place longest ago first.</summary>
    private bool TryInTurn(out int index)
    {
        Span<int> order = CollectionsMarshal.AsSpan(_order);
        for (int turn = 0; turn < order.Length; turn++)
        {
            SelectCase one = _cases[order[turn]];
            if (!one.IsEnabled || !one.TryNow()) continue;
            index = one.Index;
            Serve(one, turn);
            return true;
        }

        index = TimedOut;
        ThrowIfNoCaseIsLeft();
        return false;
    }

    /// <summary>The case has taken place: a run of it begins, and all others come before it when that is over.</summary>
    /// <param name="one">The case.</param>
    /// <param name="turn">Its place in the order.</param>
    private void Serve(SelectCase one, int turn)
    {
        Span<int> order = CollectionsMarshal.AsSpan(_order);
        order[(turn + 1)..].CopyTo(order[turn..]);
        order[^1] = one.Index;
        _received = one;
        _runLeft = one.LongestRun - 1;
    }

    private bool TrySpinning(out int index)
    {
        int looks = _own.Looks(_mostSpins);
        for (int look = 0; look < looks; look++)
        {
            TAtomics.Pause(turns: 1 << Math.Min(look, 3));
            if (!TryInTurn(out index)) continue;
            _own.SpinHelped(_mostSpins);
            return true;
        }

        _own.SpinWasInVain(looks);
        index = TimedOut;
        return false;
    }

    private void ThrowIfNotReady()
    {
        ThrowIfWaiting();
        if (_received is { HoldsItem: true }) throw new InvalidOperationException($"The item that case {_received.Index} received has not been taken: it would be lost.");
    }

    private void ThrowIfNoCaseIsLeft()
    {
        if (!_cases.Exists(static one => one.IsEnabled)) throw new InvalidOperationException("No case is left that could take place: all have ended or are disabled.");
    }

    private void ThrowIfWaiting()
    {
        if (Phase != Idle) throw new InvalidOperationException("The select is waiting already: await one call before the next.");
    }

    /// <summary>What a token's callback holds.</summary>
    private sealed class TokenWatch(SelectCore<TAtomics> select)
    {
        internal SelectCore<TAtomics> Select { get; } = select;

        internal int Round { get; set; }
    }
}
