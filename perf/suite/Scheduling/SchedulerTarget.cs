using FastCore.Scheduling;

namespace FastCore.Perf.Scheduling;

/// <summary>Our scheduler, with a worker per processor.</summary>
internal readonly struct SchedulerTarget : ITarget
{
    /// <summary>What the names of its threads begin with.</summary>
    internal const string ThreadNames = "bench";

    private readonly Scheduler _scheduler;

    internal SchedulerTarget(SchedulerPolicy policy) =>
        _scheduler = new Scheduler(new SchedulerOptions { Name = ThreadNames, Policy = policy });

    public long? Stolen => _scheduler.Statistics.Stolen;

    public void Spawn(WorkItem item) => _scheduler.Spawn(item);

    public void SpawnFromOutside(WorkItem item) => _scheduler.Spawn(item);

    public Task Start(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, _scheduler.TaskScheduler).Unwrap();

    /// <summary>As <see cref="TaskScheduler.Default"/> is the pool.</summary>
    internal TaskScheduler Tasks => _scheduler.TaskScheduler;

    public void Dispose() => _scheduler.Dispose();
}
