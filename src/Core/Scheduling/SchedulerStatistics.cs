namespace FastCore.Scheduling;

/// <summary>Counts of a <see cref="Scheduler"/>.</summary>
public readonly record struct SchedulerStatistics
{
    /// <summary>Items spawned since it was started, continuations with them.</summary>
    public long Spawned { get; init; }

    /// <summary>Items that have run.</summary>
    public long Ran { get; init; }

    /// <summary>Items that a worker took from another's queue, or gave away because another had none.</summary>
    public long Stolen { get; init; }

    /// <summary>Items that wait.</summary>
    public int Queued { get; init; }

    /// <summary>Workers that sleep.</summary>
    public int Parked { get; init; }

    /// <summary>Threads of workers, spare ones with them.</summary>
    public int Threads { get; init; }

    /// <summary>Items that ran for longer than <see cref="SchedulerOptions.LongRun"/>.</summary>
    public long LongRuns { get; init; }

    /// <summary>How often work waited while every worker slept, until the monitor woke one. Anything but 0 is a fault of the scheduler.</summary>
    public long LostWakeUps { get; init; }
}
