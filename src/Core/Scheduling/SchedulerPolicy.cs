namespace FastCore.Scheduling;

/// <summary>Where spawned work waits.</summary>
public enum SchedulerPolicy
{
    /// <summary>In the queue of the worker that spawned it, from which others steal; in the global one if it comes from outside.</summary>
    Hybrid,

    /// <summary>
    /// In one worker's queue, and nothing is stolen: of the worker that spawned it, or of each in turn if it comes from outside.
    /// Work behind an item that runs on waits for it; for experiments.
    /// </summary>
    LocalOnly,

    /// <summary>All in one queue; for experiments.</summary>
    GlobalOnly,
}
