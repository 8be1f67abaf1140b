// The thread that looks after the workers: after Go's sysmon. It looks every millisecond as long as it finds something to do,
// and backs off to 10 ms; it sleeps altogether when every worker does.
//
// Go's begins at 20 microseconds. Here that costs more than it gives: on the virtual machines this was measured on a sleep and
// its wake-up take 26 microseconds of processor time, so a thread that sleeps for 20 has a third of a core, for 100 a sixth,
// for a millisecond 3 %. What it would find sooner is what an item has woken that runs on while nobody
// searches: a searcher takes that away by itself. Such work waits for a millisecond or two, and for twenty where the monitor had
// backed off.
//
// No lost wake-up: a worker that leaves its search with an item writes that it runs, and looks whether the monitor sleeps; the
// monitor says that it sleeps, makes a fence on all processors, and then looks once more whether anything runs or waits. The
// same holds of whoever brings work from outside.

using System.Diagnostics;
using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>Finds items that run on, next-slots that wait behind them, and work that nobody was woken for.</summary>
internal sealed class SchedulerMonitor
{
    private const int ShortestMilliseconds = 1;

    private const int LongestMilliseconds = 10;

    /// <summary>So many looks that find nothing running, and it sleeps until something does.</summary>
    private const int LooksBeforeSleep = 4;

    /// <summary>So many looks that find work and nobody awake, and a wake-up was lost.</summary>
    private const int LooksBeforeRepair = 3;

    private readonly Scheduler _scheduler;

    private readonly SchedulerOptions _options;

    /// <summary>Never disposed of: a worker that takes the mark away as the scheduler stops may set it after that.</summary>
    private readonly AutoResetEvent _wake = new(initialState: false);

    private readonly List<Watched> _watched = [];

    private Lifecycle _life;

    private int _isAsleep;

    private bool _isStopped;

    private long _longRuns;

    private long _lostWakeUps;

    /// <summary>Looks in a row that found work, and every worker asleep.</summary>
    private int _forgotten;

    internal SchedulerMonitor(Scheduler scheduler, SchedulerOptions options)
    {
        _scheduler = scheduler;
        _options = options;
        _life.BeginLasting();
        scheduler.BeginToLookAtBlocked();
        new Thread(Watch) { IsBackground = true, Name = $"{options.Name} monitor" }.UnsafeStart();
    }

    internal long LongRuns => Volatile.Read(ref _longRuns);

    internal long LostWakeUps => Volatile.Read(ref _lostWakeUps);

    internal bool IsAsleep => Volatile.Read(ref _isAsleep) != 0;

    internal void WakeIfAsleep()
    {
        if (IsAsleep && Interlocked.Exchange(ref _isAsleep, 0) != 0) _wake.Set();
    }

    internal void Stop()
    {
        Volatile.Write(ref _isStopped, true);
        _wake.Set();
    }

    private void Watch()
    {
        int interval = ShortestMilliseconds;
        int idle = 0;
        while (!Volatile.Read(ref _isStopped))
        {
            _wake.WaitOne(interval);
            bool hasActed = Look(out bool isBusy);
            interval = hasActed ? ShortestMilliseconds : Math.Min(interval * 2, LongestMilliseconds);
            if (isBusy)
            {
                idle = 0;
            }
            else if (++idle == LooksBeforeSleep)
            {
                Sleep();
                idle = 0;
                interval = ShortestMilliseconds;
            }
        }

        _scheduler.EndToLookAtBlocked();
        Note(SchedulerTables.StopMonitor);
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _isAsleep, 1);
        HardwareAtomics.FenceAllProcessors();
        Look(out bool isBusy);
        if (isBusy || Volatile.Read(ref _isStopped))
        {
            // Who has taken the mark away also sets the event: then one look comes early.
            Interlocked.Exchange(ref _isAsleep, 0);
            return;
        }

        Note(SchedulerTables.SleepMonitor);
        _wake.WaitOne(_scheduler.LongestSleep);
        Note(SchedulerTables.WakeMonitor);
        Interlocked.Exchange(ref _isAsleep, 0);
    }

    /// <param name="isBusy">Whether anything runs or waits.</param>
    /// <returns>Whether there was something to do.</returns>
    private bool Look(out bool isBusy)
    {
        Worker[] workers = _scheduler.AllWorkers;
        while (_watched.Count < workers.Length) _watched.Add(new Watched(workers[_watched.Count]));
        bool hasActed = false;
        bool runs = false;
        bool waits = !_scheduler.Global.IsEmpty;
        long now = Stopwatch.GetTimestamp();
        foreach (Watched watched in _watched)
        {
            waits |= watched.Worker.Queued > 0;
            if (watched.Worker.Running is not { } item) continue;
            runs = true;
            hasActed |= LookAt(watched, item, now);
        }

        _scheduler.LookAtBlocked(now);
        isBusy = runs || waits;
        return hasActed | LookForForgotten(waits && !runs);
    }

    private bool LookAt(Watched watched, IWorkItem item, long now)
    {
        Worker worker = watched.Worker;
        long turn = worker.Turn;
        if (watched.Turn != turn)
        {
            worker.Pace(turn - watched.Turn, Stopwatch.GetElapsedTime(watched.Since, now));
            watched.Turn = turn;
            watched.Since = now;
            watched.IsReported = false;
            worker.NoteSeen(watched.Turn, now);
            return false;
        }

        // What the item has woken waits for it to end, and nobody was told of it.
        if (worker.HasWaiting)
        {
            Note(SchedulerTables.MoveWaiting, worker.Index);
            _scheduler.Notify();
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(watched.Since, now);
        if (watched.IsReported || worker.IsAway) return worker.HasWaiting;
        if (elapsed < _options.LongRun) return true;
        watched.IsReported = true;
        Volatile.Write(ref _longRuns, _longRuns + 1);
        Note(SchedulerTables.ReportRun, worker.Index);
        worker.AskToYield();
        worker.TryGoAway(runsOn: true);
        _options.LongRunning?.Invoke(new LongRunningWork(worker.Index, WorkItemNames.Describe(item), elapsed, (item as WatchedItem)?.SpawnPlace));
        return true;
    }

    /// <summary>Work waits, and nothing runs: either a worker is about to take it, or no worker was told.</summary>
    private bool LookForForgotten(bool isForgotten)
    {
        // A worker that neither runs, searches nor sleeps is on its way from one to the other, which takes long where there is no processor for it.
        if (!isForgotten || _scheduler.Parking.Searching > 0 || _scheduler.Parking.Parked < _scheduler.Active)
        {
            _forgotten = 0;
            return false;
        }

        if (++_forgotten < LooksBeforeRepair) return true;
        _forgotten = 0;
        Volatile.Write(ref _lostWakeUps, _lostWakeUps + 1);
        Note(SchedulerTables.Repair);
        while (_scheduler.Parking.WakeAny())
        {
        }

        return true;
    }

    private void Note(Transition step, int worker = 0)
    {
        if (Lifecycle.IsWatched) _life.Step(step, worker);
    }

    /// <summary>What the monitor knows of a worker.</summary>
    private sealed class Watched(Worker worker)
    {
        internal Worker Worker { get; } = worker;

        internal long Turn { get; set; } = -1;

        /// <summary>When a look first found this turn.</summary>
        internal long Since { get; set; }

        internal bool IsReported { get; set; }
    }
}
