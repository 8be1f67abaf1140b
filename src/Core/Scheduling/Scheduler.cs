using System.Runtime.ExceptionServices;
using FastCore.Atomics;
using FastCore.Continuations;

namespace FastCore.Scheduling;

/// <summary>
/// Runs work on threads of its own, after the manner of Go's scheduler: each worker has a queue, and steals half of another's
/// when it has nothing left; a worker that finds nothing sleeps.
/// </summary>
/// <remarks>
/// <para>
/// An <c>await</c> in work that runs here goes on here, unless told otherwise by <c>ConfigureAwait(false)</c>. Work should be
/// short; what blocks belongs into <see cref="Blocking(Action)"/>, and a long loop should look at <see cref="ShouldYield"/>.
/// What runs for too long is reported, and what waits behind it moves to another thread.
/// </para>
/// <para>All members may be called by any thread at any time. Shut it down, or dispose of it: its threads end then.</para>
/// </remarks>
public sealed partial class Scheduler : IDisposable, IAsyncDisposable
{
    private readonly SchedulerOptions _options;

    private readonly SchedulerMonitor _monitor;

    private int _nextWorker;

    /// <summary>Starts a scheduler with a worker per processor.</summary>
    public Scheduler()
        : this(new SchedulerOptions())
    {
    }

    /// <summary>Starts a scheduler.</summary>
    /// <param name="options">What differs from the defaults.</param>
    /// <exception cref="ArgumentNullException">The options, or the name in them, are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Scheduler(SchedulerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Verify();
        _options = options;
        _recordsSpawnPlaces = options.RecordSpawnPlaces;
        Workers = _active = options.WorkerCount;
        Policy = options.Policy;
        Global = new GlobalQueue<HardwareAtomics>(Workers);
        Name = options.Name;
        TaskScheduler = new SchedulerTasks(this);
        SynchronizationContext = new SchedulerContext(this);
        Continuations = new SchedulerContinuations(this);
        _workers = new Worker[Workers];
        for (int i = 0; i < Workers; i++) _workers[i] = new Worker(this, i, isSpare: false);
        _monitor = new SchedulerMonitor(this, options);
        foreach (Worker worker in _workers) _threads.Add(worker.Start());
    }

    /// <summary>
    /// Whether the present item has run for long and others wait: a loop should end, or await <see cref="Yield"/>. About a
    /// nanosecond. False on threads that are no workers.
    /// </summary>
    public static bool ShouldYield => Worker.Current is { ShouldYield: true };

    /// <summary>The scheduler whose worker this thread is, or null.</summary>
    public static Scheduler? Current => Worker.Current?.Scheduler;

    /// <summary>How many workers run at once, those not counted that block or run on.</summary>
    public int Workers { get; }

    /// <summary>Where spawned work waits.</summary>
    public SchedulerPolicy Policy { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Runs tasks on this scheduler.</summary>
    public TaskScheduler TaskScheduler { get; }

    /// <summary>Runs callbacks on this scheduler; current on its workers. Its callbacks are not kept apart: they run in parallel.</summary>
    public SynchronizationContext SynchronizationContext { get; }

    /// <summary>
    /// For the channels' option of where continuations run. A channel that is awaited on a worker needs no such option: the
    /// <c>await</c> goes on here by itself.
    /// </summary>
    public ContinuationScheduler Continuations { get; }

    /// <summary>Counts, as they are at about this moment.</summary>
    public SchedulerStatistics Statistics
    {
        get
        {
            Worker[] workers = AllWorkers;
            return new SchedulerStatistics
            {
                Ran = CountRan(workers),
                Spawned = CountSpawned(workers),
                Stolen = workers.Sum(static worker => worker.Moved),
                Queued = Global.Count + workers.Sum(static worker => worker.Queued),
                Parked = Parking.Parked,
                Threads = workers.Length,
                LongRuns = _monitor.LongRuns,
                LostWakeUps = _monitor.LostWakeUps,
            };
        }
    }

    /// <summary>Whether the calling thread is one of its workers.</summary>
    internal bool IsWorker => Worker.Current?.Scheduler == this;

    internal GlobalQueue<HardwareAtomics> Global { get; }

    internal Parking<HardwareAtomics> Parking { get; } = new();

    internal SchedulerMonitor Monitoring => _monitor;

    /// <summary>Has an item run. Allocates nothing.</summary>
    /// <exception cref="ArgumentNullException">The item is null.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler is shut down, or shuts down and the caller is none of its workers.</exception>
    public void Spawn(IWorkItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        item = Watch(item, TaskOrigin.Spawn);
        Worker? worker = Worker.Current;
        if (worker is not null && worker.Scheduler == this) worker.PushLast(item);
        else if (!TrySpawnFromOutside(item)) throw Refuse(item);
    }

    /// <summary>Has an action run.</summary>
    /// <inheritdoc cref="Spawn(IWorkItem)"/>
    public void Spawn(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Spawn(new ActionItem(action));
    }

    /// <summary>Has an action run, with a state that saves it a closure.</summary>
    /// <inheritdoc cref="Spawn(IWorkItem)"/>
    public void Spawn<TState>(Action<TState> action, TState state)
    {
        ArgumentNullException.ThrowIfNull(action);
        Spawn(new StateItem<TState>(action, state));
    }

    /// <summary>Has an item run by one worker, whatever the others do. What is pinned to a worker runs in the order it was spawned.</summary>
    /// <param name="worker">Its number, from 0.</param>
    /// <param name="item">The item.</param>
    /// <exception cref="ArgumentNullException">The item is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such worker.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler shuts down, or is.</exception>
    public void SpawnPinned(int worker, IWorkItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentOutOfRangeException.ThrowIfNegative(worker);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(worker, Workers);
        item = Watch(item, TaskOrigin.Pin);
        if (!TryPin(AllWorkers[worker], item)) throw Refuse(item);
    }

    /// <summary>
    /// Lets what waits run first: <c>await Scheduler.Yield();</c>. The code after it goes to the end of its worker's queue; on
    /// a thread that is no worker, to the thread pool.
    /// </summary>
    public static YieldAwaitable Yield() => default;

    /// <summary>Has the code go on that has waited for something: next, if it was woken by a worker.</summary>
    internal void Resume(IWorkItem item)
    {
        item = Watch(item, TaskOrigin.Wake);
        Worker? worker = Worker.Current;
        if (worker is not null && worker.Scheduler == this)
        {
            if (Policy == SchedulerPolicy.GlobalOnly) worker.PushLast(item);
            else worker.PushNext(item);
        }
        else if (!TrySpawnFromOutside(item))
        {
            item.Abandon();
        }
    }

    /// <summary>Sees to it that somebody looks at the queues.</summary>
    internal void Notify()
    {
        if (Parking.Notify()) _monitor.WakeIfAsleep();
    }

    /// <summary>An item has failed. By its worker.</summary>
    internal void Report(Exception failure)
    {
        if (_options.UnhandledException is { } handler)
        {
            try
            {
                handler(failure);
                return;
            }
            catch (Exception second)
            {
                failure = new AggregateException("The handler of a work item's exception has failed itself.", failure, second);
            }
        }

        // What a pool thread throws ends the process with its stack; so nothing is hidden, and what ends is not a worker.
        ThreadPool.UnsafeQueueUserWorkItem(static thrown => thrown.Throw(), ExceptionDispatchInfo.Capture(failure), preferLocal: false);
    }

    /// <summary>Whether something waits that a worker may take from the global queue or from another worker.</summary>
    internal bool HasShared(Worker worker)
    {
        if (!Global.IsEmpty) return true;
        foreach (Worker other in AllWorkers)
        {
            if (other != worker && MayStealFrom(other) && other.HasStealable) return true;
        }

        return false;
    }

    /// <summary>Without stealing, only what waits behind an item that blocks or runs on moves.</summary>
    internal bool MayStealFrom(Worker victim) => Policy != SchedulerPolicy.LocalOnly || victim.IsAway;

    private ObjectDisposedException Refuse(IWorkItem item)
    {
        WatchedItem.NoteRefused(item);
        return new ObjectDisposedException(Name, "The scheduler has been shut down: it takes no more work.");
    }

    private bool TrySpawnFromOutside(IWorkItem item)
    {
        if (Policy == SchedulerPolicy.LocalOnly) return TryPin(AllWorkers[(uint)Interlocked.Increment(ref _nextWorker) % Workers], item);
        if (!Global.TryEnqueueFromOutside(item)) return false;
        Notify();
        _monitor.WakeIfAsleep();
        return true;
    }

    private bool TryPin(Worker worker, IWorkItem item)
    {
        if (!worker.Pinned.TryEnqueueFromOutside(item)) return false;
        Parking.Notify(worker);
        _monitor.WakeIfAsleep();
        return true;
    }
}
