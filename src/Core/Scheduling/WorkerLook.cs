namespace FastCore.Scheduling;

/// <summary>What a worker of a <see cref="Scheduler"/> does.</summary>
public enum WorkerActivity
{
    /// <summary>It looks for work, or sleeps.</summary>
    Idle,

    /// <summary>It runs an item.</summary>
    Running,

    /// <summary>Its item blocks or runs on, and another worker stands in for it.</summary>
    Away,
}

/// <summary>How a worker stood at a moment.</summary>
/// <param name="Index">Its number; those from <see cref="Scheduler.Workers"/> up are spare ones.</param>
/// <param name="Thread">The name of its thread.</param>
/// <param name="Activity">What it does.</param>
/// <param name="Item">What it runs: the method of a delegate, the async method that goes on, or the type of the item; null when it runs nothing.</param>
/// <param name="SpawnPlace">The method that spawned that, if it is recorded.</param>
/// <param name="RunningFor">For at least how long; zero until the monitor has looked, which it does every few milliseconds.</param>
/// <param name="Ran">Items that have run on it: the polls of its tasks.</param>
/// <param name="Spawned">Items spawned on it.</param>
/// <param name="Moved">Items that came here from other workers, or went to them through the global queue.</param>
/// <param name="Queued">Items that wait here.</param>
public readonly record struct WorkerLook(
    int Index, string Thread, WorkerActivity Activity, string? Item, string? SpawnPlace, TimeSpan RunningFor, long Ran, long Spawned, long Moved, int Queued);
