namespace FastCore.Perf.Rounds;

/// <summary>Where the workers of a case run.</summary>
internal abstract class Workforce : IDisposable
{
    /// <summary>Starts a worker.</summary>
    internal abstract Task Start(int worker, Func<Task> work);

    public virtual void Dispose()
    {
    }
}

/// <summary>On the thread pool, as most code does.</summary>
internal sealed class PoolWorkforce : Workforce
{
    internal override Task Start(int worker, Func<Task> work) => Task.Run(work);
}
