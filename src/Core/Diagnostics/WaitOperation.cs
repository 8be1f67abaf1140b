namespace FastCore.Diagnostics;

/// <summary>What is waited for.</summary>
public enum WaitOperation
{
    /// <summary>An item, or the value of a <see cref="Broadcast.OneShot{T}"/>.</summary>
    Read,

    /// <summary>That there is something to read, or another value of a <see cref="Broadcast.Watch{T}"/>.</summary>
    WaitToRead,

    /// <summary>So many items as a batch holds.</summary>
    ReadBatch,

    /// <summary>Room for an item or, in a rendezvous, somebody who takes it.</summary>
    Write,

    /// <summary>That there is room.</summary>
    WaitToWrite,

    /// <summary>The first of several reads and writes that can take place.</summary>
    Select,

    /// <summary>The end of a call in <see cref="Scheduling.Scheduler.Blocking(Action)"/>.</summary>
    Blocking,

    /// <summary>A fork that another worker runs.</summary>
    Join,

    /// <summary>A turn in a short section that guards the slow paths of a channel. Counted, not timed: nobody sleeps for it.</summary>
    Gate,
}
