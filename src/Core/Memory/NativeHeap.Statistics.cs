using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;
using FastCore.Memory.Debugging;

namespace FastCore.Memory;

public sealed unsafe partial class NativeHeap
{
    /// <summary>
    /// Counts what the heap has and has done. While other threads use it the figures are each of a slightly different moment;
    /// once they have stopped, they are exact.
    /// </summary>
    /// <remarks>Walks all spans. Of a heap that debugs, the blocks it holds back are among the live ones, and each is some bytes larger.</remarks>
    /// <exception cref="ObjectDisposedException">The heap is disposed.</exception>
    public NativeHeapStatistics GetStatistics()
    {
        ObjectDisposedException.ThrowIf(!TryGetStatistics(out NativeHeapStatistics? statistics), this);
        return statistics;
    }

    internal bool TryGetStatistics([NotNullWhen(true)] out NativeHeapStatistics? statistics)
    {
        if (_debugger != null) return _debugger.Heap.TryGetStatistics(out statistics);
        lock (_gate)
        {
            statistics = null;
            if (IsDisposed) return false;
            var classes = new SizeClassStatistics[SizeClasses.Count + 1];
            for (int sizeClass = 0; sizeClass < SizeClasses.Count; sizeClass++)
                classes[sizeClass] = new SizeClassStatistics { BlockSize = SizeClasses.BlockSize(sizeClass) };
            classes[SizeClasses.Count] = new SizeClassStatistics();
            foreach (nint chunk in _pages.Chunks()) Count((HeapChunk*)chunk, classes);
            foreach (nint cache in _caches)
            {
                for (int sizeClass = 0; sizeClass <= SizeClasses.Count; sizeClass++)
                {
                    HeapBin* bin = HeapCache.Bin((HeapCache*)cache, sizeClass);
                    classes[sizeClass].Allocations += Volatile.Read(ref bin->Allocations);
                    classes[sizeClass].Misses += Volatile.Read(ref bin->Misses);
                }
            }

            statistics = new NativeHeapStatistics(_pages.Look(), classes, _caches.Count - _unused.Count);
            return true;
        }
    }

    /// <summary>Checks the heap's whole memory now. Of a heap that does not debug there is nothing to check.</summary>
    /// <exception cref="HeapCorruptionException">Somebody wrote beyond a block's end or before its begin, or after its free.</exception>
    public void Check() => _debugger?.Check();

    /// <summary>
    /// The blocks that are out, by the place that allocated them, the largest sum first. Only a heap that debugs knows; of
    /// another it is empty.
    /// </summary>
    public IReadOnlyList<HeapLeak> FindLeaks() => _debugger?.FindLeaks() ?? [];

    /// <summary>How many blocks of a span are out, as far as another thread than the owner can know.</summary>
    private static int Live(HeapSpan* span) =>
        Math.Max(0, Volatile.Read(ref span->Used) - RemoteFrees<HardwareAtomics>.Count(Volatile.Read(ref span->Remote)));

    private static void Count(HeapChunk* chunk, SizeClassStatistics[] classes)
    {
        for (int page = HeapChunk.HeadPages; page < HeapChunk.PageCount; page++)
        {
            HeapSpan* span = FirstAt(chunk, page);
            if (span == null) continue;
            SizeClassStatistics counted = classes[Math.Min((int)span->SizeClass, SizeClasses.Count)];
            int live = Live(span);
            counted.LiveBlocks += live;
            counted.LiveBytes += live * (long)span->BlockSize;
            counted.CachedBytes += (long)span->Bytes - (live * (long)span->BlockSize);
        }
    }

    private static bool HasLiveBlocks(nint chunk)
    {
        for (int page = HeapChunk.HeadPages; page < HeapChunk.PageCount; page++)
        {
            HeapSpan* span = FirstAt((HeapChunk*)chunk, page);
            if (span != null && Live(span) > 0) return true;
        }

        return false;
    }

    /// <summary>The span that begins on the page; null if none does.</summary>
    private static HeapSpan* FirstAt(HeapChunk* chunk, int page)
    {
        var span = (HeapSpan*)Volatile.Read(ref *(nint*)&HeapChunk.EntryAt(chunk, page)->Span);
        return span == HeapChunk.SpanAt(chunk, page) ? span : null;
    }
}
