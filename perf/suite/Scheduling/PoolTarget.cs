namespace FastCore.Perf.Scheduling;

/// <summary>The thread pool. There is one; it stays as it was.</summary>
internal readonly struct PoolTarget : ITarget
{
    /// <summary>What the names of its threads begin with.</summary>
    internal const string ThreadNames = ".NET TP";

    public long? Stolen => null;

    public void Spawn(WorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);

    public void SpawnFromOutside(WorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);

    public Task Start(Func<Task> work) => Task.Run(work);

    public void Dispose()
    {
    }
}
