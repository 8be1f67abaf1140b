using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;

namespace FastCore.Memory;

// From the cache of the calling thread: the first free block of the current span of the class. Where that has none, in this
// order: blocks of it that others have freed; the part of it that has not been cut; another span with free blocks, those that
// others gave back included; a new span.
public sealed unsafe partial class NativeHeap
{
    /// <summary>How much of a new span is cut into blocks at once, so that what is not used is not touched.</summary>
    private const int CutBytes = 4096;

    /// <summary>What a thread keeps of large blocks: enough that a batch of them comes and goes without the page heap's lock.</summary>
    /// <remarks>As much as a thread's cache has at most in TCMalloc. With a quarter of it, 64 blocks of 40,000 bytes took a lock for 39 of them.</remarks>
    private const int LargestKeptBytes = 1 << 22;

    /// <summary>What a thread keeps, for each size, in spans that have no block out: so that blocks that come and go cost no span each time.</summary>
    private const int LargestSpareBytes = 1 << 19;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void* Allocate(nuint size)
    {
        // First of all, so that little has to be kept over it.
        ref CacheHold hold = ref CacheHold.OfThisThread;
        if (size <= SizeClasses.Largest && hold.HeapId == _id)
        {
            HeapBin* bin = HeapCache.Bin(hold.Cache, SizeClasses.Of(size));
            HeapSpan* span = bin->Current;
            void* block = span->Free;
            if (block != null)
            {
                span->Free = *(void**)block;
                span->Used++;
                bin->Allocations++;
                return block;
            }
        }

        return AllocateSlowly(size);
    }

    internal void* AllocateZeroed(nuint size)
    {
        if (size > SizeClasses.Largest) return AllocateLarge(size, 1, isZeroed: true);
        void* block = Allocate(size);
        NativeMemory.Clear(block, size);
        return block;
    }

    /// <param name="size">In bytes.</param>
    /// <param name="alignment">A power of two.</param>
    internal void* AllocateAligned(nuint size, nuint alignment)
    {
        if (alignment <= 16) return Allocate(size);
        int sizeClass = alignment <= HeapChunk.PageSize && _debugger is null ? SizeClasses.Of(size, alignment) : -1;
        return sizeClass >= 0 ? Allocate((nuint)SizeClasses.BlockSize(sizeClass)) : AllocateLarge(size, alignment);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void* AllocateSlowly(nuint size)
    {
        if (size > SizeClasses.Largest) return AllocateLarge(size, 1);
        if (_debugger != null) return _debugger.Allocate(size, 16);
        int sizeClass = SizeClasses.Of(size);
        HeapCache* cache = CacheOfThisThread();
        HeapBin* bin = HeapCache.Bin(cache, sizeClass);
        HeapSpan* span = FindBlocks(cache, bin, sizeClass);
        void* block = span->Free;
        span->Free = *(void**)block;
        span->Used++;
        bin->Allocations++;
        return block;
    }

    /// <returns>The bin's current span, which has a free block.</returns>
    private HeapSpan* FindBlocks(HeapCache* cache, HeapBin* bin, int sizeClass)
    {
        while (true)
        {
            HeapSpan* span = bin->Current;
            if (span->Free != null) return span;
            if (!HeapCache.IsEmpty(cache, span))
            {
                if (SpanSharing<HardwareAtomics>.TakeRemote(span) || Cut(span)) return span;
                if (SpanSharing<HardwareAtomics>.TryPutAside(span)) Unlink(cache, bin, span);
                continue;
            }

            if (TakeReturned(cache)) continue;
            bin->Misses++;
            span = _pages.Allocate(SizeClasses.SpanPages(sizeClass), cache, (byte)sizeClass);
            span->BlockSize = (nuint)SizeClasses.BlockSize(sizeClass);
            span->Capacity = (int)(span->Bytes / span->BlockSize);
            SpanLife<HardwareAtomics>.Step(span, SpanPhase.Linked);
            Link(cache, bin, span);
        }
    }

    /// <summary>Cuts more blocks of a span that has no free one.</summary>
    private static bool Cut(HeapSpan* span)
    {
        int left = span->Capacity - span->Cut;
        if (left == 0) return false;
        nuint size = span->BlockSize;
        int count = Math.Min(left, Math.Max(1, CutBytes / (int)size));
        byte* block = span->Start + ((nuint)span->Cut * size);
        span->Free = block;
        span->Cut += count;
        for (int i = 1; i < count; i++)
        {
            *(void**)block = block + size;
            block += size;
        }

        *(void**)block = null;
        return true;
    }

    /// <summary>Takes the spans that are on their way back: each has a free block.</summary>
    /// <returns>Whether there were any.</returns>
    private bool TakeReturned(HeapCache* cache)
    {
        HeapSpan* span = SpanStack<HardwareAtomics>.TakeAll(ref cache->Returned);
        if (span == null) return false;
        while (span != null)
        {
            HeapSpan* next = SpanStack<HardwareAtomics>.Next(span);
            SpanSharing<HardwareAtomics>.Welcome(span);
            if (span->IsLarge)
            {
                Interlocked.Add(ref cache->ReturnedLargeBytes, -(long)span->Bytes);
                KeepOrRelease(cache, span);
            }
            else
            {
                HeapBin* bin = HeapCache.Bin(cache, span->SizeClass);
                Link(cache, bin, span);
                if (span->Used == 0) ReleaseUnlessSpare(cache, bin, span);
            }

            span = next;
        }

        return true;
    }

    /// <summary>A block that is a span of its own: kept by the thread when it is freed, unless it is too large for that.</summary>
    private void* AllocateLarge(nuint size, nuint alignment, bool isZeroed = false)
    {
        if (_debugger != null) return _debugger.Allocate(size, alignment, isZeroed);
        if (size > long.MaxValue / 2) throw new OutOfMemoryException($"A block of {size:N0} bytes is more than any system has.");
        HeapCache* cache = CacheOfThisThread();
        HeapBin* bin = HeapCache.Bin(cache, SizeClasses.Count);
        // A span begins on a page; for a larger alignment it is longer, and the block begins inside of it.
        nuint slack = alignment > HeapChunk.PageSize ? alignment - HeapChunk.PageSize : 0;
        long pages = (long)((Math.Max(size, 1) + slack + HeapChunk.PageSize - 1) >> HeapChunk.PageBits);
        HeapSpan* span = pages <= HeapCache.LargestKeptPages ? TakeKept(cache, (int)pages) : null;
        if (span == null)
        {
            bin->Misses++;
            span = _pages.Allocate(pages, pages <= HeapCache.LargestKeptPages ? cache : null, HeapSpan.Large);
            span->BlockSize = span->Bytes;
            span->Capacity = 1;
            span->Remote = RemoteFrees<HardwareAtomics>.Full;
        }

        SpanLife<HardwareAtomics>.Step(span, SpanPhase.Out);
        bool isZero = span->IsZero;
        span->IsZero = false;
        span->Used = 1;
        bin->Allocations++;
        var block = (byte*)(((nuint)span->Start + alignment - 1) & ~(alignment - 1));
        if (isZeroed && !isZero) NativeMemory.Clear(block, size);
        return block;
    }

    private HeapSpan* TakeKept(HeapCache* cache, int pages)
    {
        HeapSpan** kept = HeapCache.Large(cache, pages);
        if (*kept == null && Volatile.Read(ref cache->Returned) != 0) TakeReturned(cache);
        HeapSpan* span = *kept;
        if (span == null) return null;
        *kept = span->Next;
        cache->LargeBytes -= span->Bytes;
        return span;
    }

    private void KeepOrRelease(HeapCache* cache, HeapSpan* span)
    {
        if (cache->LargeBytes + span->Bytes > LargestKeptBytes)
        {
            _pages.Release(span);
            return;
        }

        SpanLife<HardwareAtomics>.Step(span, SpanPhase.Kept);
        span->Free = null;
        span->Remote = RemoteFrees<HardwareAtomics>.Full;
        HeapSpan** kept = HeapCache.Large(cache, span->Pages);
        span->Next = *kept;
        *kept = span;
        cache->LargeBytes += span->Bytes;
    }

    /// <summary>Puts a span with free blocks behind the current one.</summary>
    private static void Link(HeapCache* cache, HeapBin* bin, HeapSpan* span)
    {
        HeapSpan* current = bin->Current;
        bin->Linked++;
        span->Previous = null;
        span->Next = null;
        if (HeapCache.IsEmpty(cache, current))
        {
            bin->Current = span;
            return;
        }

        span->Previous = current;
        span->Next = current->Next;
        if (current->Next != null) current->Next->Previous = span;
        current->Next = span;
    }

    /// <summary>Lets a linked span go that has no block out, if the bin has enough without it.</summary>
    private void ReleaseUnlessSpare(HeapCache* cache, HeapBin* bin, HeapSpan* span)
    {
        if (bin->Linked * (long)span->Bytes <= LargestSpareBytes) return;
        Unlink(cache, bin, span);
        _pages.Release(span);
    }

    private static void Unlink(HeapCache* cache, HeapBin* bin, HeapSpan* span)
    {
        bin->Linked--;
        if (span->Next != null) span->Next->Previous = span->Previous;
        if (span->Previous != null) span->Previous->Next = span->Next;
        else bin->Current = span->Next != null ? span->Next : HeapCache.EmptyOf(cache);
    }
}
