namespace FastCore.Scheduling;

/// <summary>Work for a <see cref="Scheduler"/>: an object that is spawned as it is, so that spawning allocates nothing.</summary>
/// <remarks>
/// One object may be spawned again once it has begun to run. For each spawn the scheduler calls exactly one of the two
/// methods, once.
/// </remarks>
public interface IWorkItem
{
    /// <summary>What reports and traces name the item by: the method of this delegate. Null, unless implemented: they name its type.</summary>
    Delegate? NamedBy => null;

    /// <summary>
    /// Does the work, on a worker of the scheduler. What it throws goes to <see cref="SchedulerOptions.UnhandledException"/>.
    /// </summary>
    void Execute();

    /// <summary>
    /// Called in place of <see cref="Execute"/> when the scheduler is shut down with <see cref="ShutdownMode.Cancel"/> before
    /// the item's turn came. Does nothing unless implemented.
    /// </summary>
    void Abandon()
    {
    }
}
