namespace FastCore.Perf.Channels.Check;

/// <summary>
/// What became of each item of a storm. A storm is short and the next one has a ledger of its own, so any number of items
/// is counted one by one in the memory that the longest storm takes.
/// </summary>
internal sealed class Ledger(int writers, int share)
{
    /// <summary>How often each item came out of the channel, less how often it was accepted.</summary>
    private readonly int[] _balances = new int[writers * share];

    private long _dropped;

    internal long Dropped => Volatile.Read(ref _dropped);

    /// <summary>The channel took the item.</summary>
    internal void Accept(long item) => Interlocked.Decrement(ref _balances[Index(item)]);

    /// <summary>A reader has it.</summary>
    /// <returns>False for what nobody ever wrote.</returns>
    internal bool TryDeliver(long item)
    {
        if ((ulong)Item.Writer(item) >= (ulong)writers || Item.Number(item) >= share) return false;
        Interlocked.Increment(ref _balances[Index(item)]);
        return true;
    }

    /// <summary>The channel says that it dropped it.</summary>
    internal void Drop(long item)
    {
        Interlocked.Increment(ref _balances[Index(item)]);
        Interlocked.Increment(ref _dropped);
    }

    /// <summary>Once nobody reads or writes any more.</summary>
    internal (long Lost, long Doubled) Close()
    {
        long lost = 0;
        long doubled = 0;
        foreach (int balance in _balances)
        {
            if (balance < 0) lost -= balance;
            else doubled += balance;
        }

        return (lost, doubled);
    }

    private int Index(long item) => Item.Writer(item) * share + (int)Item.Number(item);
}
