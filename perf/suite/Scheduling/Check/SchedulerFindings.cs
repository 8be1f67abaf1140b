namespace FastCore.Perf.Scheduling.Check;

/// <summary>What the storms found out about one policy and one way to end.</summary>
/// <param name="Kind">Such as <c>scheduler/hybrid/drain</c>.</param>
public sealed record SchedulerFindings(string Kind)
{
    /// <summary>Items that the scheduler accepted.</summary>
    public long Spawned { get; init; }

    /// <summary>Items that have run.</summary>
    public long Ran { get; init; }

    /// <summary>Items that were told that they will not run.</summary>
    public long Abandoned { get; init; }

    /// <summary>Items that were refused, since the scheduler had been shut down.</summary>
    public long Refused { get; init; }

    /// <summary>Items that were accepted, and met no end.</summary>
    public long Lost { get; init; }

    /// <summary>Items that met more than one end, or one though they were refused.</summary>
    public long Doubled { get; init; }

    /// <summary>Shutdowns that did not come back, and threads that outlived theirs.</summary>
    public long Hung { get; init; }

    /// <summary>What went wrong otherwise: a wake-up that had to be repaired, counts that do not agree, a join that came back too soon.</summary>
    public long Failed { get; init; }

    /// <summary>The first of those in words.</summary>
    public string? FirstFailure { get; init; }

    /// <summary>Whether nothing went wrong.</summary>
    public bool IsClean => Lost + Doubled + Hung + Failed == 0;

    /// <summary>The sum of two storms.</summary>
    internal SchedulerFindings Plus(SchedulerFindings other) => this with
    {
        Spawned = Spawned + other.Spawned,
        Ran = Ran + other.Ran,
        Abandoned = Abandoned + other.Abandoned,
        Refused = Refused + other.Refused,
        Lost = Lost + other.Lost,
        Doubled = Doubled + other.Doubled,
        Hung = Hung + other.Hung,
        Failed = Failed + other.Failed,
        FirstFailure = FirstFailure ?? other.FirstFailure,
    };
}
