using System.Runtime.CompilerServices;

namespace FastCore.Pooling;

/// <summary>A thread's caches, one for each pool that it uses, found by the pool's place.</summary>
/// <remarks>
/// A thread-static field is found in a few instructions if its class is neither generic nor has statics to be made first.
/// </remarks>
internal static class ThreadCaches
{
    [ThreadStatic] private static PoolCache[]? _caches;

    /// <summary>The calling thread's, by place; null when it has none yet. Ask for it first of all: what is held over the asking has to be saved.</summary>
    internal static PoolCache[]? OfThisThread
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _caches;
    }

    /// <summary>The calling thread's cache of a pool, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static PoolCache? Find(int place, long poolNumber)
    {
        PoolCache[]? caches = _caches;
        if (caches == null || (uint)place >= (uint)caches.Length) return null;
        PoolCache cache = caches[place];
        return cache.PoolNumber == poolNumber ? cache : null;
    }

    /// <summary>From here on the calling thread has it there.</summary>
    internal static void Set(int place, PoolCache cache)
    {
        PoolCache[] caches = _caches ?? [];
        int length = caches.Length;
        if (place >= length)
        {
            Array.Resize(ref caches, Math.Max(place + 1, length * 2));
            Array.Fill(caches, PoolCache.None, length, caches.Length - length);
        }

        caches[place] = cache;
        _caches = caches;
    }
}
