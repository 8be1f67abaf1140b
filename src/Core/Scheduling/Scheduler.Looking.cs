using System.Diagnostics;

namespace FastCore.Scheduling;

/// <content>What a live view sees.</content>
public sealed partial class Scheduler
{
    /// <summary>How its workers stand at about this moment, spare ones behind the others. By any thread; costs the workers nothing.</summary>
    public IReadOnlyList<WorkerLook> LookAtWorkers()
    {
        long now = Stopwatch.GetTimestamp();
        return [.. AllWorkers.Select(worker => LookAt(worker, now))];
    }

    private static WorkerLook LookAt(Worker worker, long now)
    {
        IWorkItem? item = worker.Running;
        WorkerActivity activity = worker.IsAway ? WorkerActivity.Away : item is null ? WorkerActivity.Idle : WorkerActivity.Running;
        return new WorkerLook(
            worker.Index,
            worker.ThreadName,
            activity,
            item is null ? null : WorkItemNames.Describe(item),
            (item as WatchedItem)?.SpawnPlace,
            item is null ? TimeSpan.Zero : worker.RunningFor(now),
            worker.Ran,
            worker.Spawned,
            worker.Moved,
            worker.Queued);
    }
}
