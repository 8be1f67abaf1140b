using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <content>How a worker without work finds some, or sleeps.</content>
internal sealed partial class Worker
{
    /// <summary>So many rounds over all queues, with a pause after each, cost about what falling asleep and being woken does.</summary>
    private const int SearchRounds = 8;

    /// <summary>About a microsecond.</summary>
    private const int RoundPause = 25;

    private readonly ThreadParker _parker = new();

    private uint _random;

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
                _isSearching = Scheduler.Parking.TryBeginSearch(Scheduler.Active);
                NoteSpin(SchedulerTables.BeginSpin, SchedulerTables.RefuseSpin);
            }

            if (FindWork() is { } item)
            {
                NoteSpin(SchedulerTables.FindSpinning, SchedulerTables.FindAtOnce);
                NoteSearch(SchedulerTables.Find);
                EndSearch();
                Volatile.Write(ref _running, item);
                Scheduler.Monitoring.WakeIfAsleep();
                return item;
            }

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

    private void EndSearch()
    {
        if (!_isSearching) return;
        _isSearching = false;
        Scheduler.Parking.EndSearch(this);
    }

    /// <remarks>Who has work and is not held up gives some away when it sees that somebody searches; to steal comes last.</remarks>
    private IWorkItem? FindWork()
    {
        int rounds = _isSearching ? SearchRounds : 1;
        for (int round = 0; round < rounds && !Scheduler.IsAbandoning; round++)
        {
            if (round > 0) HardwareAtomics.Pause(RoundPause);
            IWorkItem? item = _queue.TakeOldest()
                ?? Pinned.Dequeue()
                ?? Scheduler.Global.DequeueShare(_queue, Scheduler.Workers)
                ?? (round == rounds - 1 ? StealFromAny(withNext: true) : null);
            if (item is not null) return item;
        }

        return null;
    }

    /// <summary>Steals from the others, beginning with any of them.</summary>
    /// <param name="withNext">Next-slots too: most are emptied by their worker sooner than their item could move.</param>
    internal IWorkItem? StealFromAny(bool withNext)
    {
        Worker[] workers = Scheduler.AllWorkers;
        NoteSteal(SchedulerTables.Look);
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        int start = (int)(_random % (uint)workers.Length);
        for (int i = 0; i < workers.Length; i++)
        {
            Worker victim = workers[(start + i) % workers.Length];
            if (victim == this || !Scheduler.MayStealFrom(victim)) continue;
            IWorkItem? item = victim._queue.StealHalf(_queue, out int taken);
            Transition how = SchedulerTables.StealHalf;
            if (item is null && (withNext || victim.IsAway))
            {
                item = victim._next.TakeAway();
                if (item is not null) WatchedItem.NoteSlot(item, SchedulerTables.StealNext);
                taken = 1;
                how = SchedulerTables.StealSlot;
            }

            if (item is null) continue;
            Volatile.Write(ref _stolen, _stolen + taken);
            NoteSteal(how, victim, taken);
            return item;
        }

        NoteSteal(SchedulerTables.FindNothing);
        return null;
    }
}
