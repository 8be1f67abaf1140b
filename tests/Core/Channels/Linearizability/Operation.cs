namespace FastCore.Tests.Channels.Linearizability;

internal enum OperationKind
{
    Write,
    Read,
    Peek,
    Count,
    Complete,
}

internal enum OperationOutcome
{
    /// <summary>It did what it was called for.</summary>
    Done,

    /// <summary>It said that it can't now.</summary>
    Refused,

    /// <summary>Its token fired: it must have had no effect.</summary>
    Cancelled,

    /// <summary>It was told of the end.</summary>
    Closed,
}

/// <summary>A call of a recorded history. Times are those of <see cref="HistoryClock"/>.</summary>
internal sealed class Operation(OperationKind kind, string call, int thread)
{
    internal OperationKind Kind => kind;

    /// <summary>What was written, read or seen; of a count, the count.</summary>
    internal int Value { get; set; }

    /// <summary>What the write made the channel drop.</summary>
    internal int? Dropped { get; set; }

    internal OperationOutcome Outcome { get; set; }

    /// <summary>Before the call.</summary>
    internal long Invoked { get; init; }

    /// <summary>After the call and before a look at its task that found it waiting; 0 if that was never so.</summary>
    internal long Parked { get; set; }

    /// <summary>After its outcome was known.</summary>
    internal long Returned { get; set; }

    /// <summary>Whether it may wait in its channel, where others can meet it; if not, it looks once and leaves.</summary>
    internal bool CanWait { get; init; }

    public override string ToString()
    {
        string parked = Parked == 0 ? "" : $" waits from {Parked},";
        string dropped = Dropped is { } item ? $", dropped {item}" : "";
        return $"thread {thread} {Invoked,4} to {Returned,4}:{parked} {call} {Outcome} {Value}{dropped}";
    }
}
