namespace FastCore.Perf.Channels.Check;

/// <summary>What the storms found out about one kind of one subject.</summary>
/// <param name="Kind">Such as <c>bounded-64/4x4</c>: four writers, four readers.</param>
/// <param name="Subject"><c>fastcore</c> or <c>stock</c>.</param>
public sealed record ChannelFindings(string Kind, string Subject)
{
    /// <summary>Items that were accepted.</summary>
    public long Written { get; init; }

    /// <summary>Items that readers got.</summary>
    public long Read { get; init; }

    /// <summary>Items that the channel said it dropped, in the modes that drop.</summary>
    public long Dropped { get; init; }

    /// <summary>Calls that were cancelled: the chances there were to go wrong.</summary>
    public long Cancelled { get; init; }

    /// <summary>Items that were accepted and neither read nor dropped.</summary>
    public long Lost { get; init; }

    /// <summary>Reads above those written: of an item that had been read, or whose write was cancelled or refused.</summary>
    public long Doubled { get; init; }

    /// <summary>Items that a reader got after a later one of the same writer.</summary>
    public long OutOfOrder { get; init; }

    /// <summary>Readers and writers that never came back.</summary>
    public long Hung { get; init; }

    /// <summary>Calls that threw or answered what they must not.</summary>
    public long Failed { get; init; }

    /// <summary>The first of <see cref="Failed"/> in words.</summary>
    public string? FirstFailure { get; init; }

    /// <summary>Calls that ended.</summary>
    public long Operations => Written + Read + Dropped + Cancelled;

    /// <summary>Whether nothing went wrong.</summary>
    public bool IsClean => Lost + Doubled + OutOfOrder + Hung + Failed == 0;

    /// <summary>The sum of two storms.</summary>
    internal ChannelFindings Plus(ChannelFindings other) => this with
    {
        Written = Written + other.Written,
        Read = Read + other.Read,
        Dropped = Dropped + other.Dropped,
        Cancelled = Cancelled + other.Cancelled,
        Lost = Lost + other.Lost,
        Doubled = Doubled + other.Doubled,
        OutOfOrder = OutOfOrder + other.OutOfOrder,
        Hung = Hung + other.Hung,
        Failed = Failed + other.Failed,
        FirstFailure = FirstFailure ?? other.FirstFailure,
    };
}
