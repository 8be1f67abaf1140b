namespace FastCore.Pooling;

/// <summary>
/// An object that is out of a pool until the lease is disposed of. Copies are the same lease: the first that ends it gives the object
/// back, and the others are over, too.
/// </summary>
/// <remarks>
/// A lease that has ended never reaches the object that its place holds next. What was read from <see cref="Value"/> must not be used
/// after the end. <b>Threads.</b> Any may end it.
/// </remarks>
/// <typeparam name="T">The object.</typeparam>
public readonly struct PoolLease<T> : IDisposable, IEquatable<PoolLease<T>>
    where T : class
{
    private readonly LeaseSlot? _slot;

    private readonly long _generation;

    internal PoolLease(LeaseSlot slot, long generation) => (_slot, _generation) = (slot, generation);

    /// <summary>The object.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended, or is the default one, which never began.</exception>
    public T Value => (T)(_slot?.Read(_generation) ?? throw new ObjectDisposedException(nameof(PoolLease<T>), "The lease has ended. Read Value before the lease is disposed of."));

    /// <summary>Whether the object is still out by this lease.</summary>
    public bool IsLive => _slot?.Read(_generation) != null;

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(PoolLease<T> left, PoolLease<T> right) => left.Equals(right);

    /// <summary>Whether they are two.</summary>
    public static bool operator !=(PoolLease<T> left, PoolLease<T> right) => !left.Equals(right);

    /// <summary>Gives the object back, unless it was.</summary>
    public void Dispose() => _slot?.End(_generation);

    /// <inheritdoc/>
    public bool Equals(PoolLease<T> other) => _slot == other._slot && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PoolLease<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _generation);
}
