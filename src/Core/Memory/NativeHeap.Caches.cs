using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Memory;

// Each thread that uses the heap has a cache of it, made when it first allocates. The caches of threads that have ended wait
// for new ones.
public sealed unsafe partial class NativeHeap
{
    private readonly Lock _gate = new();

    /// <summary>All caches, by the gate.</summary>
    private readonly List<nint> _caches = [];

    /// <summary>Those that no thread has, by the gate.</summary>
    private readonly Stack<nint> _unused = [];

    /// <summary>How many there are, with a thread and without.</summary>
    internal int CacheCount
    {
        get
        {
            lock (_gate) return _caches.Count;
        }
    }

    /// <summary>Takes a cache back whose thread has ended. The finalizer of its handle.</summary>
    internal void GiveBack(HeapCache* cache)
    {
        lock (_gate)
        {
            if (IsDisposed)
            {
                HeapCache.Destroy(cache);
                return;
            }

            // The next thread may be long in coming.
            Empty(cache);
            _unused.Push((nint)cache);
        }
    }

    /// <exception cref="ObjectDisposedException">The heap is disposed.</exception>
    private HeapCache* CacheOfThisThread()
    {
        ref CacheHold hold = ref CacheHold.OfThisThread;
        return hold.HeapId == _id ? hold.Cache : FindCache(ref hold);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private HeapCache* FindCache(ref CacheHold hold)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        CacheHandle? found = null;
        CacheHandle? kept = null;
        CacheHandle? next;
        for (CacheHandle? handle = hold.Handles; handle != null; handle = next)
        {
            // What is left of heaps that are gone is dropped on the way; the finalizer frees the cache.
            next = handle.Next;
            if (handle.Heap.IsDisposed) continue;
            handle.Next = kept;
            kept = handle;
            if (ReferenceEquals(handle.Heap, this)) found = handle;
        }

        hold.Handles = kept;
        if (found is null) hold.Handles = found = new CacheHandle(this, TakeCache(), kept);
        hold.Cache = found.Cache;
        hold.HeapId = _id;
        return found.Cache;
    }

    private HeapCache* TakeCache()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (_unused.TryPop(out nint unused)) return (HeapCache*)unused;
            HeapCache* cache = HeapCache.Create(_caches.Count);
            _caches.Add((nint)cache);
            return cache;
        }
    }

    /// <summary>Gives the pages of a cache back that no block is out of. Its thread, or nobody has it.</summary>
    private void Empty(HeapCache* cache)
    {
        TakeReturned(cache);
        for (int sizeClass = 0; sizeClass < SizeClasses.Count; sizeClass++)
        {
            HeapBin* bin = HeapCache.Bin(cache, sizeClass);
            HeapSpan* span = bin->Current;
            while (span != null && !HeapCache.IsEmpty(cache, span))
            {
                HeapSpan* next = span->Next;
                SpanSharing<HardwareAtomics>.TakeRemote(span);
                if (span->Used == 0)
                {
                    Unlink(cache, bin, span);
                    _pages.Release(span);
                }

                span = next;
            }
        }

        for (int pages = 0; pages <= HeapCache.LargestKeptPages; pages++)
        {
            HeapSpan** kept = HeapCache.Large(cache, pages);
            while (*kept != null)
            {
                HeapSpan* span = *kept;
                *kept = span->Next;
                cache->LargeBytes -= span->Bytes;
                _pages.Release(span);
            }
        }
    }
}
