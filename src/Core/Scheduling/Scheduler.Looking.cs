using System.Diagnostics;
using FastCore.Diagnostics;

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

    /// <summary>
    /// Its tasks that wait, and its blocking calls and joins, the oldest first. Known while <see cref="LiveWaits"/> is on, of those that
    /// began since: an <c>await</c> of what <see cref="LiveWaits"/> sees, begun on one of its workers.
    /// </summary>
    /// <param name="olderThan">What waits for less is left out.</param>
    public IReadOnlyList<WaitLook> ListBlocked(TimeSpan olderThan) => LiveWaits.Take(this, olderThan);

    /// <summary>The workers that run something, but for those in blocking calls, which <see cref="LiveWaits"/> tells.</summary>
    internal IEnumerable<WorkerLook> LookAtRunning()
    {
        long now = Stopwatch.GetTimestamp();
        return AllWorkers.Where(static worker => !worker.IsInKnownCall).Select(worker => LookAt(worker, now)).Where(static look => look.Item is not null);
    }

    private static WorkerLook LookAt(Worker worker, long now)
    {
        IWorkItem? item = worker.Running;
        WorkerActivity activity = worker.IsAway ? WorkerActivity.Away : item is null ? WorkerActivity.Idle : WorkerActivity.Running;
        return new WorkerLook(
            worker.Index,
            worker.ThreadName,
            activity,
            item is null ? null : worker.Describe(item),
            (item as WatchedItem)?.SpawnPlace,
            item is null ? TimeSpan.Zero : worker.RunningFor(now),
            worker.Ran,
            worker.Spawned,
            worker.Moved,
            worker.Queued);
    }
}
