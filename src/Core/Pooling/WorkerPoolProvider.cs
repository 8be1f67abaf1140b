using Microsoft.Extensions.ObjectPool;

namespace FastCore.Pooling;

/// <summary>
/// Makes every pool a <see cref="WorkerPool{T}"/>, for code that asks for an <see cref="ObjectPoolProvider"/>. With dependency
/// injection: <c>services.AddSingleton&lt;ObjectPoolProvider, WorkerPoolProvider&gt;()</c>. Immutable, and so safe to share.
/// </summary>
public sealed class WorkerPoolProvider : ObjectPoolProvider
{
    private readonly WorkerPoolOptions _options;

    /// <summary>A provider of pools with the default options.</summary>
    public WorkerPoolProvider()
        : this(new WorkerPoolOptions())
    {
    }

    /// <summary>A provider of pools that all have these options.</summary>
    /// <exception cref="ArgumentNullException">They are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    public WorkerPoolProvider(WorkerPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>Makes an empty pool.</summary>
    /// <exception cref="ArgumentNullException">The policy is null.</exception>
    public override ObjectPool<T> Create<T>(IPooledObjectPolicy<T> policy) => new WorkerPool<T>(policy, _options);
}
