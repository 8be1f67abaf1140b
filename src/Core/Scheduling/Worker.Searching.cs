using System.Diagnostics;
using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <content>How a worker without work finds some, or sleeps.</content>
internal sealed partial class Worker
{
    /// <summary>So many rounds over all queues, with a pause after each, cost about what falling asleep and being woken does.</summary>
    private const int SearchRounds = 8;

    /// <summary>As many of one that does not count as searching: to fall asleep costs it, and those that it interrupts, more.</summary>
    private const int GraceRounds = 4;

    /// <summary>About a microsecond.</summary>
    private const int RoundPause = 25;

    /// <summary>A share of the global queue that was run in less time was a small one.</summary>
    private static readonly long ShortShare = Stopwatch.Frequency / 500_000;

    private readonly ThreadParker _parker = new();

    /// <summary>When it last found something in the global queue.</summary>
    private long _shared;

    private uint _random;

    /// <summary>The longest that a theft is taken to last: what took longer was interrupted.</summary>
    private static readonly long MostTheftTime = Stopwatch.Frequency / 10_000;

    /// <summary>The turn of each of the others when this one last thought of stealing from it, and since when it has seen that.</summary>
    private (long Turn, long Since)[] _seen = [];

    /// <summary>How long a theft lasts, by the last ones: nearly all of it the fence on all processors.</summary>
    private long _theftTime;

    private bool _isSearching;

    public bool SeesWork() => Scheduler.IsStopping || Pinned.Count > 0 || HasWaiting || Scheduler.HasShared(this);

    public bool SeesMore() => (HasStealable && Scheduler.MayStealFrom(this)) || Scheduler.HasShared(this);

    public void Park()
    {
        NoteAsleep();
        _parker.Park();
        NoteGoesOn();
    }

    public void Unpark()
    {
        NoteUnparked();
        _parker.Unpark();
    }

    /// <returns>Null: the scheduler has stopped.</returns>
    private IWorkItem? Search()
    {
        Volatile.Write(ref _running, null);
        NoteSearch(SchedulerTables.RunDry);
        while (!Scheduler.IsStopping)
        {
            if (_isSpare && Scheduler.TryRetire())
            {
                NoteSpin(SchedulerTables.LeaveSpinning, once: null);
                EndSearch();
                NoteSearch(SchedulerTables.Retire);
                Scheduler.Reserve(this);
                NoteAwake();
                NoteSearch(SchedulerTables.Recall);
                continue;
            }

            if (!_isSearching)
            {
                BeginSearch();
                NoteSpin(SchedulerTables.BeginSpin, SchedulerTables.RefuseSpin);
            }

            if (FindWork() is { } item)
            {
                NoteSpin(SchedulerTables.FindSpinning, SchedulerTables.FindAtOnce);
                NoteSearch(SchedulerTables.Find);

                // In this order: the monitor takes work for forgotten where nobody runs and nobody searches.
                Volatile.Write(ref _running, item);
                EndSearch();
                Scheduler.Monitoring.WakeIfAsleep();
                return item;
            }

            // A look before the fence on all processors that a park begins with, which disturbs those who are at work.
            if (_isSearching && SeesWork()) continue;
            Scheduler.Parks();
            NoteSpin(SchedulerTables.GiveUpSpinning, SchedulerTables.GiveUpAtOnce);
            NoteSearch(SchedulerTables.Park);
            NoteAnnounced();
            Scheduler.Parking.Park(this, _isSearching);
            NoteAwake();
            NoteSearch(SchedulerTables.Wake);
            _isSearching = true;
            NoteSpin(SchedulerTables.WakeSpinning, once: null);
        }

        NoteSpin(SchedulerTables.LeaveSpinning, once: null);
        NoteSearch(SchedulerTables.StopWorker);
        EndSearch();
        return null;
    }

    /// <summary>Has others see that it searches, if there are not enough that do. By the worker's thread.</summary>
    internal void BeginSearch() => _isSearching = _isSearching || Scheduler.Parking.TryBeginSearch(Scheduler.Active);

    /// <summary>Has others see that it does not. By the worker's thread.</summary>
    internal void EndSearch()
    {
        if (!_isSearching) return;
        _isSearching = false;
        Scheduler.Parking.EndSearch(this);
    }

    /// <remarks>Who has work and is not held up gives some away when it sees that somebody searches; to steal comes last.</remarks>
    private IWorkItem? FindWork()
    {
        // Who comes too often to where others bring is in their way: let some come together.
        if (!_sharesAll && Stopwatch.GetTimestamp() - _shared < ShortShare) HardwareAtomics.Pause(RoundPause);
        int rounds = _isSearching ? SearchRounds : GraceRounds;
        for (int round = 0; round < rounds && !Scheduler.IsAbandoning; round++)
        {
            if (round > 0) HardwareAtomics.Pause(RoundPause);
            IWorkItem? item = _queue.TakeOldest()
                ?? Pinned.Dequeue()
                ?? TakeShare()
                ?? (round >= rounds - 2 ? StealFromHeldUp(withNext: true) : null);
            if (item is not null) return item;
        }

        return null;
    }

    private IWorkItem? TakeShare()
    {
        IWorkItem? item = Scheduler.Global.DequeueShare(_shard++, _queue, Scheduler.Workers);
        if (item is not null && !_sharesAll) _shared = Stopwatch.GetTimestamp();
        return item;
    }

    /// <summary>
    /// Steals from the others, beginning with any of them, but only from who has had its item for as long as a theft lasts, and
    /// at two calls.
    /// </summary>
    /// <param name="withNext">Next-slots too: most are emptied by their worker sooner than their item could move.</param>
    /// <remarks>
    /// The fence takes a microsecond or two on a machine of its own, and on a virtual one thirty; who is held up for less gives
    /// something away before it could be stolen. Who waits as long as the theft lasts has, whatever comes, waited at most twice
    /// as long as was needed.
    /// </remarks>
    internal IWorkItem? StealFromHeldUp(bool withNext)
    {
        Worker[] workers = Scheduler.AllWorkers;
        if (_seen.Length < workers.Length) Array.Resize(ref _seen, workers.Length);
        long now = Stopwatch.GetTimestamp();
        NoteSteal(SchedulerTables.Look);
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        int start = (int)(_random % (uint)workers.Length);
        for (int i = 0; i < workers.Length; i++)
        {
            int at = (start + i) % workers.Length;
            Worker victim = workers[at];
            if (victim == this || !Scheduler.MayStealFrom(victim)) continue;
            long turn = victim.Turn;
            if (_seen[at].Turn != turn)
            {
                _seen[at] = (turn, now);
                continue;
            }

            if (now - _seen[at].Since < _theftTime) continue;
            IWorkItem? item = victim._queue.StealHalf(_queue, out int taken);
            Transition how = SchedulerTables.StealHalf;
            if (item is null && (withNext || victim.IsAway))
            {
                item = victim._next.TakeAway();
                if (Lifecycle.IsWatched && item is not null) WatchedItem.NoteSlot(item, SchedulerTables.StealNext);
                taken = 1;
                how = SchedulerTables.StealSlot;
            }

            if (item is null) continue;
            _theftTime += (Math.Min(Stopwatch.GetTimestamp() - now, MostTheftTime) - _theftTime) / 4;
            Volatile.Write(ref _stolen, _stolen + taken);
            NoteSteal(how, victim, taken);
            return item;
        }

        NoteSteal(SchedulerTables.FindNothing);
        return null;
    }
}
