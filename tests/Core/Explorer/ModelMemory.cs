using FastCore.Atomics;
namespace FastCore.Tests.Explorer;

/// <summary>
/// The locations of one execution, found by their address. An address stays good only while no collection moves objects;
/// the checker throws away, and runs again, every execution during which one happened.
/// </summary>
/// <remarks>
/// Model threads read values from here and never from the real memory, which already holds stores that the model still
/// delays. Touched only by the thread that runs.
/// </remarks>
internal sealed class ModelMemory
{
    private readonly Dictionary<nint, Location> _byAddress = [];
    private readonly Dictionary<Gate, Location> _byLock = [];
    private readonly List<Location> _pool = [];
    private int _begun;

    internal void Clear()
    {
        _byAddress.Clear();
        _byLock.Clear();
        _begun = 0;
    }

    internal bool TryFind(nint address, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Location? location) =>
        _byAddress.TryGetValue(address, out location);

    /// <summary>Finds the location, or begins it with what the real memory held when nobody had touched it.</summary>
    internal Location At(nint address, Cell initial)
    {
        if (_byAddress.TryGetValue(address, out Location? location)) return location;
        location = Begin(initial);
        _byAddress.Add(address, location);
        return location;
    }

    /// <summary>The word of a lock: 1 while it is held.</summary>
    internal Location At(Gate gate)
    {
        if (_byLock.TryGetValue(gate, out Location? location)) return location;
        location = Begin(default);
        _byLock.Add(gate, location);
        return location;
    }

    private Location Begin(Cell initial)
    {
        if (_begun == _pool.Count) _pool.Add(new Location(_begun));
        Location location = _pool[_begun++];
        location.Start(initial);
        return location;
    }
}
