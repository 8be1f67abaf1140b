namespace FastCore.Gateway.Limits;

/// <summary>So many requests at once.</summary>
internal sealed class InFlightLimit(int most)
{
    private int _count;

    /// <summary>Requests under way.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place; each is given back by <see cref="Exit"/>.</summary>
    public bool TryEnter()
    {
        // Above the most for a moment, when several are turned away at once: then one too many is, and never one let in.
        if (Interlocked.Increment(ref _count) <= most) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Exit() => Interlocked.Decrement(ref _count);
}
