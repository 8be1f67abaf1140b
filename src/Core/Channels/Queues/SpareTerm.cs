namespace FastCore.Channels.Queues;

/// <summary>
/// What is kept for reuse, by its low-water mark over a term: as much as lay there all the time was kept for nothing. Used
/// under its owner's gate.
/// </summary>
/// <param name="milliseconds">How long a term lasts at least, unless memory is short.</param>
internal struct SpareTerm(int milliseconds)
{
    /// <summary>In bytes: so much is kept for good, unless memory is short.</summary>
    internal const long AlwaysKept = 1 << 16;

    private long _fewest;

    private long _began = Environment.TickCount64;

    /// <param name="kept">What is left after some was taken.</param>
    internal void Saw(long kept) => _fewest = Math.Min(_fewest, kept);

    /// <summary>Ends the term and begins the next, if it has lasted long enough.</summary>
    /// <param name="kept">What is there now.</param>
    /// <param name="alwaysKept">What is not worth letting go, in the same unit.</param>
    /// <param name="isMemoryShort">Whether memory is worth more than what it costs to allocate it again.</param>
    /// <returns>How much of it to let go.</returns>
    internal long End(long kept, long alwaysKept, bool isMemoryShort)
    {
        long now = Environment.TickCount64;
        if (!isMemoryShort && now - _began < milliseconds) return 0;
        long unused = Math.Max(0, Math.Min(_fewest, kept) - alwaysKept);
        _began = now;
        _fewest = kept - unused;
        return unused;
    }
}
