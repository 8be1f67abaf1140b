using FastCore.Atomics;

namespace FastCore.Channels.Leases;

/// <summary>One owner's share of a writer, from its making until it is given back, once.</summary>
internal struct WriterShare<T>(SharedWriter<T> shared)
{
    private int _disposed;

    /// <summary>What is shared, as long as this share is held.</summary>
    /// <exception cref="ObjectDisposedException">It has been given back.</exception>
    internal readonly SharedWriter<T> Held(object by)
    {
        ObjectDisposedException.ThrowIf(HardwareAtomics.Read(in _disposed) != 0, by);
        return shared;
    }

    /// <summary>Counts another share.</summary>
    /// <exception cref="ObjectDisposedException">This one has been given back.</exception>
    internal readonly SharedWriter<T> Again(object by)
    {
        // Another thread may give this one back between the two: then the count decides, which other shares may hold up.
        ObjectDisposedException.ThrowIf(!Held(by).Leases.TryAdd(), by);
        return shared;
    }

    internal void GiveBack()
    {
        if (HardwareAtomics.Exchange(ref _disposed, 1) == 0 && shared.Leases.Remove()) shared.Writer.TryComplete();
    }
}
