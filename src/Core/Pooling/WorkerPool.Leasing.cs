namespace FastCore.Pooling;

/// <summary>Objects by lease.</summary>
public sealed partial class WorkerPool<T>
{
    /// <summary>An object by a lease, which gives it back when it is disposed of, and no more than once, however often it is copied.</summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public PoolLease<T> Rent() => LeaseSlot.Begin(this, Get());

    void IPool.Return(object item) => Return((T)item);
}
