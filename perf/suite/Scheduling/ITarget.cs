namespace FastCore.Perf.Scheduling;

/// <summary>
/// What runs work: our scheduler, or the thread pool. Taken as a struct type parameter, so that calling it costs neither
/// side anything.
/// </summary>
internal interface ITarget : IDisposable
{
    /// <summary>How many items were stolen, ever; null for who does not tell.</summary>
    long? Stolen { get; }

    /// <summary>Has an item run. By one of its own threads.</summary>
    void Spawn(WorkItem item);

    /// <summary>Has an item run. By any other thread.</summary>
    void SpawnFromOutside(WorkItem item);

    /// <summary>Starts asynchronous work, which goes on on the target's threads.</summary>
    Task Start(Func<Task> work);
}

/// <summary>An item that both sides take as it is.</summary>
internal abstract class WorkItem : FastCore.Scheduling.IWorkItem, IThreadPoolWorkItem
{
    public abstract void Execute();
}
