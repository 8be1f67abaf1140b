namespace FastCore.Scheduling;

/// <summary>What becomes of the work that waits when a <see cref="Scheduler"/> is shut down.</summary>
public enum ShutdownMode
{
    /// <summary>It is run, and what it spawns too.</summary>
    Drain,

    /// <summary>
    /// It is abandoned (<see cref="IWorkItem.Abandon"/>); items that run are waited for. Tasks and continuations of an
    /// <c>await</c> go on on the thread pool: whoever waits for them would wait for ever.
    /// </summary>
    Cancel,
}
