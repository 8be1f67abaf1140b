using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastCore.Memory;

/// <summary>The spans of one size class that a thread allocates from.</summary>
internal unsafe struct HeapBin
{
    /// <summary>Where blocks are taken; those with free blocks that come after it are linked to it. Never null: at least the empty span.</summary>
    internal HeapSpan* Current;

    /// <summary>How many blocks have been given out.</summary>
    internal long Allocations;

    /// <summary>How often the page heap was asked for a span.</summary>
    internal long Misses;

    /// <summary>How many spans with free blocks there are: the current one and those linked to it.</summary>
    internal long Linked;
}

/// <summary>
/// What one thread at a time has of a heap: a bin for each size class, and large blocks to use again. When its thread has
/// ended, another gets it, with its spans; so the owner of a span is a cache and never changes.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
internal unsafe struct HeapCache
{
    internal const int SizeInBytes = ReturnedAt + 128;

    /// <summary>The large blocks that are kept: up to this many pages.</summary>
    internal const int LargestKeptPages = 32;

    /// <summary>In so many parts a chunk is divided for caches to begin at; where one's part is full, it goes on into the next.</summary>
    private const int Regions = 8;

    private const int LargeAt = (SizeClasses.Count + 1) * 32;

    private const int EmptyAt = (LargeAt + ((LargestKeptPages + 1) * 8) + 127) & ~127;

    private const int ReturnedAt = EmptyAt + HeapSpan.SizeInBytes + 128;

    /// <summary>A span that never has a block: what a bin begins with, so that nobody has to test for none.</summary>
    [FieldOffset(EmptyAt)]
    private HeapSpan _empty;

    /// <summary>How many bytes the large blocks have that are kept.</summary>
    [FieldOffset(EmptyAt + HeapSpan.SizeInBytes)]
    internal nuint LargeBytes;

    /// <summary>The page of a chunk from which on its spans are looked for.</summary>
    /// <remarks>
    /// Threads whose spans lie between each other's are slowed down by the processor: who goes through blocks at even distances
    /// has it fetch ahead, past the end of the span, lines that the other is writing to.
    /// </remarks>
    [FieldOffset(EmptyAt + HeapSpan.SizeInBytes + 8)]
    internal int Region;

    /// <summary>Spans on their way back: written by others. See <see cref="SpanStack{TAtomics}"/>.</summary>
    [FieldOffset(ReturnedAt)]
    internal long Returned;

    /// <summary>The bytes of the large blocks among them: written by others.</summary>
    [FieldOffset(ReturnedAt + 8)]
    internal long ReturnedLargeBytes;

    /// <param name="number">How many there were before.</param>
    internal static HeapCache* Create(int number)
    {
        var cache = (HeapCache*)NativeMemory.AlignedAlloc(SizeInBytes, 128);
        NativeMemory.Clear(cache, SizeInBytes);
        cache->Region = number % Regions * (HeapChunk.PageCount / Regions);
        for (int sizeClass = 0; sizeClass <= SizeClasses.Count; sizeClass++) Bin(cache, sizeClass)->Current = &cache->_empty;
        return cache;
    }

    internal static void Destroy(HeapCache* cache) => NativeMemory.AlignedFree(cache);

    /// <summary>The bin of the class; the one behind the last is that of large blocks, which has counts only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static HeapBin* Bin(HeapCache* cache, int sizeClass) => (HeapBin*)cache + sizeClass;

    /// <summary>The first of the large blocks of so many pages that are kept.</summary>
    internal static HeapSpan** Large(HeapCache* cache, int pages) => (HeapSpan**)((byte*)cache + LargeAt) + pages;

    internal static HeapSpan* EmptyOf(HeapCache* cache) => &cache->_empty;

    internal static bool IsEmpty(HeapCache* cache, HeapSpan* span) => span == &cache->_empty;
}
