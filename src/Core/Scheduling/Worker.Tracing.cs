// What the trace hears of a worker. The steps of its search, its ring and its steals are its thread's own; those that another
// thread takes part in - parking, going away, the request to yield - are taken under a lock, together with what
// they tell, and only while somebody watches.

using System.Runtime.CompilerServices;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <content>The lives of a worker.</content>
internal sealed partial class Worker
{
    private const int MostKept = 256;

    /// <summary>The lock of the steps that others take part in.</summary>
    private readonly Lock _told = new();

    private Lifecycle _life;

    private Lifecycle _spinning;

    private Lifecycle _parking;

    private Lifecycle _ring;

    private Lifecycle _stealing;

    private Lifecycle _handOver;

    private Lifecycle _yielding;

    /// <summary>As last told.</summary>
    private bool _ringHolds;

    /// <summary>Whether it has told that it is about to sleep, and not yet that it goes on.</summary>
    private bool _isAnnounced;

    /// <summary>Guarded by the lock.</summary>
    private bool _isAsleep;

    /// <summary>Wake-ups that it has not gone on from yet. Guarded by the lock.</summary>
    private int _unparks;

    /// <summary>Whether the present item, which is asked to yield, has. Guarded by the lock.</summary>
    private bool _hasYielded;

    private WatchedItem? _kept;

    private int _keptCount;

    /// <summary>What runs, if it is watched. By the worker's thread.</summary>
    internal WatchedItem? Present { get; set; }

    /// <summary>Takes one that has run. By the worker's thread.</summary>
    internal WatchedItem? TakeKept()
    {
        if (_kept is not { } taken) return null;
        _kept = taken.Next;
        _keptCount--;
        taken.Next = null;
        return taken;
    }

    /// <summary>Keeps one that has run for another item. By the worker's thread.</summary>
    internal void Keep(WatchedItem ran)
    {
        if (_keptCount == MostKept) return;
        ran.Next = _kept;
        _kept = ran;
        _keptCount++;
    }

    /// <summary>The present item gives up its turn. By the worker's thread.</summary>
    internal void NoteYield()
    {
        if (!Lifecycle.IsWatched) return;
        lock (_told)
        {
            if (!_shouldYield || _hasYielded) return;
            _hasYielded = true;
            _yielding.Step(SchedulerTables.YieldTurn, Index);
        }
    }

    /// <summary>It is about to sleep. By the worker's thread, before others may know.</summary>
    internal void NoteAnnounced()
    {
        if (!Lifecycle.IsWatched) return;
        lock (_told)
        {
            // What began while nobody watched, or ended so, must not count in what begins now.
            _isAnnounced = true;
            _isAsleep = false;
            _unparks = 0;
            _parking.Step(SchedulerTables.Announce, Index);
        }
    }

    private void BeginLives()
    {
        _life.BeginLasting();
        _spinning.BeginLasting();
        _parking.BeginLasting();
        _ring.BeginLasting();
        _stealing.BeginLasting();
        _handOver.BeginLasting();
        _yielding.BeginLasting();
    }

    /// <summary>It did not sleep after all.</summary>
    private void NoteAwake()
    {
        if (!Lifecycle.IsWatched) return;
        lock (_told)
        {
            if (!_isAnnounced) return;
            _isAnnounced = false;
            _parking.Step(SchedulerTables.SeeWork, Index);
        }
    }

    /// <summary>It sleeps, unless it was unparked before.</summary>
    private void NoteAsleep()
    {
        if (!Lifecycle.IsWatched) return;
        lock (_told)
        {
            if (_unparks > 0) return;
            _isAsleep = true;
            _parking.Step(SchedulerTables.Sleep, Index);
        }
    }

    /// <summary>By anyone, before it is woken.</summary>
    private void NoteUnparked()
    {
        if (!Lifecycle.IsWatched) return;
        lock (_told)
        {
            _unparks++;
            _parking.Step(_isAsleep ? SchedulerTables.Unpark : SchedulerTables.UnparkEarly, Index);
            _isAsleep = false;
        }
    }

    private void NoteGoesOn()
    {
        if (!Lifecycle.IsWatched) return;
        lock (_told)
        {
            _unparks = Math.Max(0, _unparks - 1);
            _parking.Step(SchedulerTables.GoOn, Index);
            _isAnnounced = false;
            _isAsleep = false;
        }
    }

    private void NoteSearch(Transition step)
    {
        if (!Lifecycle.IsWatched) return;
        _life.Step(step, Index);
        NoteRing();
    }

    /// <summary>Tells how it searches: the first, if it spins.</summary>
    private void NoteSpin(Transition spinning, Transition? once)
    {
        if (Lifecycle.IsWatched && (_isSearching ? spinning : once) is { } step) _spinning.Step(step, Index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteRing()
    {
        if (Lifecycle.IsWatched) TellRing();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellRing()
    {
        int count = _queue.Count;
        bool holds = count > 0;
        if (holds == _ringHolds) return;
        _ringHolds = holds;
        _ring.Step(holds ? SchedulerTables.Fill : SchedulerTables.Drain, count);
    }

    private void NoteOverflow(int moved)
    {
        if (!Lifecycle.IsWatched) return;
        NoteRing();
        _ring.Step(SchedulerTables.Overflow, moved);
    }

    private void NoteSteal(Transition step, Worker? victim = null, int taken = 0)
    {
        if (Lifecycle.IsWatched) _stealing.Step(step, victim is null ? 0 : TaskArguments.OfSteal(victim.Index, taken));
    }

    /// <summary>Goes away, or comes back, and tells so.</summary>
    /// <returns>What it was before.</returns>
    private int ExchangeAway(int away, Transition step)
    {
        if (!Lifecycle.IsWatched) return Interlocked.Exchange(ref _isAway, away);
        lock (_told)
        {
            int before = Interlocked.Exchange(ref _isAway, away);
            if (before != away) _handOver.Step(step, Index);
            return before;
        }
    }

    /// <summary>Sets, or takes back, the request to yield, and tells so.</summary>
    private void SetYield(bool isAsked)
    {
        lock (_told)
        {
            if (Lifecycle.IsWatched && isAsked != _shouldYield)
                _yielding.Step(isAsked ? SchedulerTables.AskToYield : _hasYielded ? SchedulerTables.EndYieldedTurn : SchedulerTables.EndTurn, Index);
            _hasYielded = false;
            Volatile.Write(ref _shouldYield, isAsked);
        }
    }
}
