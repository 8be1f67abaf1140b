namespace FastCore.Memory;

/// <summary>What a thread holds of heaps: at hand the cache of the heap it used last, and a handle of each.</summary>
/// <remarks>A class by itself, with nothing to initialise: so that reaching it takes no check of whether that was done.</remarks>
internal unsafe struct CacheHold
{
    [ThreadStatic]
    internal static CacheHold OfThisThread;

    /// <summary>The number of the heap that <see cref="Cache"/> is of, which no other heap ever has. 0 is none.</summary>
    internal long HeapId;

    internal HeapCache* Cache;

    /// <summary>All of them, linked.</summary>
    internal CacheHandle? Handles;
}
