namespace FastCore.Perf.Channels.Check;

/// <summary>A reader of a storm: what becomes of the items it gets, however it got them.</summary>
internal abstract class StormTaker(Storm storm, int index, int seed, bool canBlock) : StormWorker(storm, index, seed, canBlock)
{
    internal long Read { get; private protected set; }

    internal long OutOfOrder { get; private protected set; }

    internal override long Moved => Read;

    /// <summary>Where batches are read to.</summary>
    protected long[] Batch { get; } = new long[LongestBatch];

    /// <summary>Looks at an item that was read.</summary>
    protected abstract void Take(long item);

    protected void Take(ReadOnlySpan<long> items)
    {
        foreach (long item in items) Take(item);
    }

    /// <summary>Looks at so many items of the batch.</summary>
    /// <returns>Whether there were any.</returns>
    protected bool Take(int count)
    {
        Take(Batch.AsSpan(0, count));
        return count > 0;
    }
}
