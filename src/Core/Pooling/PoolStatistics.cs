namespace FastCore.Pooling;

/// <summary>What a pool has done. Each figure is read for itself, so while the pool is used they need not fit together.</summary>
public readonly record struct PoolStatistics
{
    /// <summary>Gets that found an object: of the thread's own, or of the depot.</summary>
    public long Hits { get; init; }

    /// <summary>Gets for which an object was made.</summary>
    public long Misses { get; init; }

    /// <summary>Objects that were taken back from the caches of threads that had ended, or lay idle while memory was short.</summary>
    public long Stolen { get; init; }

    /// <summary>Objects that were returned, or kept, and let go: there was no room, the policy refused them, or memory was short.</summary>
    public long Dropped { get; init; }

    /// <summary>Objects that are out: got and not returned, those that were lost among them.</summary>
    public long Live { get; init; }

    /// <summary>Objects that wait to be got.</summary>
    public long Retained { get; init; }

    /// <summary>Objects that were collected and had not been returned, among those that were tracked.</summary>
    public long Leaks { get; init; }
}
