namespace FastCore.Channels.Debugging;

/// <summary>What a debugger shows of a channel: how it was when the snapshot was taken, if no thread was inside it then.</summary>
internal sealed record ChannelSnapshot<T>
{
    /// <summary>The items that wait to be read, in the order in which they will be.</summary>
    public required T[] Items { get; init; }

    /// <summary>The items of writes that wait for room or, at capacity 0, for a reader, in their order.</summary>
    public required T[] ItemsOfWaitingWrites { get; init; }

    /// <summary>Whether it was completed: nothing more can be written.</summary>
    public required bool IsClosed { get; init; }

    /// <summary>The error it was completed with.</summary>
    public required Exception? Error { get; init; }

    /// <summary>How far its <c>Completion</c> is.</summary>
    public required TaskStatus Completion { get; init; }

    /// <summary>How many reads wait for an item.</summary>
    public required int WaitingReads { get; init; }

    /// <summary>How many batch reads wait for their size or time.</summary>
    public required int WaitingBatchReads { get; init; }

    /// <summary>How many calls of <c>WaitToReadAsync</c> wait.</summary>
    public required int WaitingToRead { get; init; }

    /// <summary>How many calls of <c>WaitToWriteAsync</c> wait.</summary>
    public required int WaitingToWrite { get; init; }
}
