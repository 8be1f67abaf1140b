namespace FastCore.Channels.Queues;

/// <summary>
/// How many threads may use each side of a queue at a time. A side that is one thread's moves its cursor by a plain store; one
/// that is shared, by a compare-and-swap, which is a full fence too.
/// </summary>
internal interface ISides
{
    /// <summary>Whether the side that adds is shared.</summary>
    static abstract bool HasManyWriters { get; }

    /// <summary>Whether the side that takes is shared.</summary>
    static abstract bool HasManyReaders { get; }
}
