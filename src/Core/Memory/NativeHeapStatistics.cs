namespace FastCore.Memory;

/// <summary>What a <see cref="NativeHeap"/> has and has done. Bytes and counts.</summary>
public sealed class NativeHeapStatistics
{
    internal NativeHeapStatistics(PageHeapLook pages, SizeClassStatistics[] classes, int threads)
    {
        ReservedBytes = pages.Reserved;
        SpanBytes = pages.InUse;
        IdleBytes = pages.Idle;
        ReturnedBytes = pages.Returned;
        Threads = threads;
        Classes = [.. classes.Where(static counted => counted.Allocations != 0 || counted.CachedBytes != 0)];
    }

    /// <summary>Address space that the heap has.</summary>
    public long ReservedBytes { get; }

    /// <summary>In spans: what is live and what is cached.</summary>
    public long SpanBytes { get; }

    /// <summary>In free pages that have memory behind them; they go back to the system if they stay idle.</summary>
    public long IdleBytes { get; }

    /// <summary>Given back to the system since the heap began.</summary>
    public long ReturnedBytes { get; }

    /// <summary>Threads that have a cache.</summary>
    public int Threads { get; }

    /// <summary>Each size of blocks that was ever used.</summary>
    public IReadOnlyList<SizeClassStatistics> Classes { get; }

    /// <summary>In blocks that are out.</summary>
    public long LiveBytes => Classes.Sum(static counted => counted.LiveBytes);

    /// <summary>Blocks that are out.</summary>
    public long LiveBlocks => Classes.Sum(static counted => counted.LiveBlocks);

    /// <summary>In spans, and not in a block that is out. What was never cut into blocks has no memory behind it yet.</summary>
    public long CachedBytes => Classes.Sum(static counted => counted.CachedBytes);

    /// <summary>Blocks that were given out since the heap began.</summary>
    public long Allocations => Classes.Sum(static counted => counted.Allocations);

    /// <summary>The share of allocations that the thread's cache served, without the page heap; 1 if there were none.</summary>
    public double HitRate => SizeClassStatistics.Rate(Allocations, Classes.Sum(static counted => counted.Misses));
}

/// <summary>What a <see cref="NativeHeap"/> has and has done in one size of blocks.</summary>
public sealed class SizeClassStatistics
{
    internal SizeClassStatistics()
    {
    }

    /// <summary>Bytes of a block; 0 stands for all that are larger than 32 KiB.</summary>
    public int BlockSize { get; internal init; }

    /// <summary>Blocks that are out.</summary>
    public long LiveBlocks { get; internal set; }

    /// <summary>In blocks that are out.</summary>
    public long LiveBytes { get; internal set; }

    /// <summary>In spans of this size, and not in a block that is out.</summary>
    public long CachedBytes { get; internal set; }

    /// <summary>Blocks that were given out since the heap began.</summary>
    public long Allocations { get; internal set; }

    /// <summary>How often that took a new span from the page heap.</summary>
    public long Misses { get; internal set; }

    /// <summary>The share of allocations that took no new span; 1 if there were none.</summary>
    public double HitRate => Rate(Allocations, Misses);

    internal static double Rate(long allocations, long misses) => allocations == 0 ? 1 : 1 - ((double)misses / allocations);
}
