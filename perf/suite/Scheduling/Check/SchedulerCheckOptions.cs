namespace FastCore.Perf.Scheduling.Check;

/// <summary>How much to check.</summary>
public sealed record SchedulerCheckOptions
{
    /// <summary>Items spawned, of all kinds of storms together.</summary>
    public long Operations { get; init; } = 1_000_000;

    /// <summary>What all that is drawn at random depends on. The threads' interleaving it can't repeat.</summary>
    public int Seed { get; init; }

    /// <summary>When a storm has not ended in this time, somebody hangs.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}
