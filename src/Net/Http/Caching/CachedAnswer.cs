namespace FastCore.Net.Http.Caching;

/// <summary>The answer to one target: the one that is given, and the making of the next.</summary>
/// <remarks>
/// <see cref="Current"/> is published whole and read by anyone; <see cref="Making"/> is written under the answer's own lock,
/// <see cref="Slot"/>, <see cref="Length"/> and <see cref="IsForgotten"/> under the cache's. Who takes both takes the answer's first.
/// </remarks>
internal sealed class CachedAnswer(string target)
{
    private long _lastUse;

    private Made? _current;

    public string Target { get; } = target;

    /// <summary>Set while an answer is being made; all who need it wait for this one.</summary>
    public Task<PreparedResponse>? Making;

    /// <summary>Its place among the kept; -1 if it is not one of them.</summary>
    public int Slot = -1;

    /// <summary>The bytes that it is counted with.</summary>
    public int Length;

    /// <summary>It is no longer in the map, so what is still being made for it is not kept.</summary>
    public bool IsForgotten;

    public Made? Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    /// <summary>When it was last given, in the clock's ticks, to within <paramref name="step"/>: one line of memory that all reactors read is not written by each of them each time.</summary>
    public void Used(long now, long step)
    {
        if (now - Volatile.Read(ref _lastUse) >= step) Volatile.Write(ref _lastUse, now);
    }

    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>An answer and when it was made, in the clock's ticks.</summary>
    internal sealed record Made(PreparedResponse Response, long At);
}
