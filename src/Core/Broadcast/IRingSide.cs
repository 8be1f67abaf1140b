using FastCore.Channels.Waiting;

namespace FastCore.Broadcast;

/// <summary>What a wait at a ring is for: an item for one consumer, or room for a publisher.</summary>
internal interface IRingSide
{
    /// <summary>Whether there is nothing to wait for. Called by the side's own thread, with or without the gate.</summary>
    bool IsReady { get; }

    /// <summary>Whether there never will be.</summary>
    bool HasEnded { get; }

    /// <summary>The error that the end came with, if this side is to be told.</summary>
    Exception? Error { get; }

    /// <summary>Where its waiters are; a waiter is about to join them. Under the gate.</summary>
    WaiterList<Waiter<bool>> Enlist();
}
