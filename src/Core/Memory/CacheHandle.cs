namespace FastCore.Memory;

/// <summary>
/// A thread's claim to its cache of a heap. Only the thread refers to it; so when the thread has ended, the collector finds it,
/// and the cache goes back to the heap for the next thread.
/// </summary>
internal sealed unsafe class CacheHandle(NativeHeap heap, HeapCache* cache, CacheHandle? next)
{
    ~CacheHandle() => heap.GiveBack(cache);

    internal NativeHeap Heap => heap;

    internal HeapCache* Cache => cache;

    /// <summary>The same thread's for another heap.</summary>
    internal CacheHandle? Next { get; set; } = next;
}
