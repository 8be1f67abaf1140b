using Microsoft.Extensions.ObjectPool;

namespace FastCore.Pooling;

/// <summary>Where leases look for their object. It is used again, with the next generation, when its lease has ended.</summary>
/// <remarks>
/// <para><b>Invariant.</b> The lease of the present generation is the only one that can end it: by the compare-and-swap that makes the next
/// generation. Who wins that takes the object out, and gives both back; so an object is given back once.</para>
/// <para>Not generic: a pool of the slots of a generic pool would be a type within a type without end.</para>
/// </remarks>
internal sealed class LeaseSlot
{
    private static readonly WorkerPool<LeaseSlot> Slots = new(new DefaultPooledObjectPolicy<LeaseSlot>());

    /// <summary>64 bits: it does not come round.</summary>
    private long _generation;

    private object? _item;

    private IPool? _pool;

    internal static PoolLease<T> Begin<T>(WorkerPool<T> pool, T item)
        where T : class
    {
        LeaseSlot slot = Slots.Get();
        slot._item = item;
        slot._pool = pool;
        return new PoolLease<T>(slot, Volatile.Read(ref slot._generation));
    }

    /// <summary>The object, or null when the lease of that generation has ended.</summary>
    internal object? Read(long generation)
    {
        object? item = Volatile.Read(ref _item);
        // Later than the object: one of another lease is found out.
        return Volatile.Read(ref _generation) == generation ? item : null;
    }

    internal void End(long generation)
    {
        if (Interlocked.CompareExchange(ref _generation, generation + 1, generation) != generation) return;
        object item = _item!;
        IPool pool = _pool!;
        _item = null;
        _pool = null;
        Slots.Return(this);
        pool.Return(item);
    }
}
