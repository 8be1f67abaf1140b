namespace FastCore.Pooling;

/// <summary>How a pool is made. Immutable, and so safe to share.</summary>
public sealed record WorkerPoolOptions
{
    /// <summary>The pool's name in metrics and reports of leaks; the name of its objects' type when null. A pool with a name of its own is reported by <see cref="Metrics"/>.</summary>
    public string? Name { get; init; }

    /// <summary>How many objects all threads together keep beside their own, at most (default 1024). Rounded down to whole batches, of which there is one at least.</summary>
    public int MaximumRetained { get; init; } = 1024;

    /// <summary>How many objects a thread exchanges with the others at once (default 16); it keeps twice as many for itself at most.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Of how many objects that a thread gets one is tracked until it is back: 1 for each, 0 for none (default). A tracked one costs microseconds when it is got, for its place is taken down.</summary>
    public int LeakSampleInterval { get; init; }

    /// <summary>Told of each tracked object that was collected and had not been returned, on the finalizer's thread; must not throw.</summary>
    public Action<PoolLeak>? OnLeak { get; init; }

    /// <summary>The instruments of pools with a name; those of the process when null.</summary>
    public PoolMetrics? Metrics { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumRetained);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchSize, 4096);
        ArgumentOutOfRangeException.ThrowIfNegative(LeakSampleInterval);
    }
}
