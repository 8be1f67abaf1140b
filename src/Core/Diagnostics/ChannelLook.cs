namespace FastCore.Diagnostics;

/// <summary>How a channel stood at a moment.</summary>
/// <param name="Capacity">Items it holds at most: 0 for a rendezvous, null without a bound.</param>
/// <param name="Depth">Items that wait to be read.</param>
/// <param name="WaitingReaders">Operations that wait for an item, counted up to <see cref="MostCounted"/>.</param>
/// <param name="WaitingWriters">Operations that wait for room or for a reader, counted up to <see cref="MostCounted"/>.</param>
/// <param name="IsClosed">Whether it was completed.</param>
public readonly record struct ChannelLook(int? Capacity, int Depth, int WaitingReaders, int WaitingWriters, bool IsClosed)
{
    /// <summary>Waiters of one kind beyond this many are not counted: the channel is held up while they are.</summary>
    public const int MostCounted = 10_000;
}
