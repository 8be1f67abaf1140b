namespace FastCore.Pooling;

/// <summary>
/// Which place in the tables of threads is whose. Places are given again when a pool is gone, so that the tables stay as short as there
/// are pools at a time; the number, which is never given again, tells whose a cache is.
/// </summary>
internal static class PoolPlaces
{
    private static readonly Lock Gate = new();

    private static readonly Stack<int> FreePlaces = [];

    private static int _places;

    private static long _pools;

    /// <summary>A place and a number for a pool.</summary>
    internal static (int Place, long Number) Register()
    {
        lock (Gate) return (FreePlaces.TryPop(out int free) ? free : _places++, ++_pools);
    }

    /// <summary>The pool is gone.</summary>
    internal static void Unregister(int place)
    {
        lock (Gate) FreePlaces.Push(place);
    }
}
