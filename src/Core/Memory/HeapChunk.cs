using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastCore.Memory;

/// <summary>Whose a page is: what a free needs to know, on one line that changes only when a span comes or goes.</summary>
internal unsafe struct PageEntry
{
    /// <summary>The span that the page is of; null if none.</summary>
    internal HeapSpan* Span;

    /// <summary>The cache that the span belongs to; null if it belongs to none.</summary>
    internal HeapCache* Owner;
}

/// <summary>
/// 4 MiB at a multiple of 4 MiB, so that a block's address tells the chunk it is in. It begins with this head; a block larger
/// than a chunk begins in its first chunk and goes on through as many as it needs.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct HeapChunk
{
    internal const int SizeBits = 22;

    internal const int Size = 1 << SizeBits;

    internal const int PageBits = 13;

    internal const int PageSize = 1 << PageBits;

    internal const int PageCount = Size / PageSize;

    /// <summary>The pages that this head takes.</summary>
    internal const int HeadPages = 10;

    internal const int UsablePages = PageCount - HeadPages;

    private const int Words = PageCount / 64;

    private const int SpansAt = PageCount * 16;

    /// <summary>
    /// The part of the head that says what pages are of, zero where they are free. So while <see cref="IsUnused"/> its memory
    /// may go, as far as it is whole pages of the system.
    /// </summary>
    internal const int SpansEnd = MapsAt;

    private const int MapsAt = SpansAt + (PageCount * HeapSpan.SizeInBytes);

    [FieldOffset(0)]
    private PageEntry _firstEntry;

    [FieldOffset(SpansAt)]
    private HeapSpan _firstSpan;

    /// <summary>A bit per page: free.</summary>
    [FieldOffset(MapsAt)]
    private fixed ulong _free[Words];

    /// <summary>A bit per page: may hold something else than zeros, so it has memory behind it.</summary>
    [FieldOffset(MapsAt + 64)]
    private fixed ulong _dirty[Words];

    /// <summary>Its place among the chunks of its heap.</summary>
    [FieldOffset(MapsAt + 128)]
    internal int Index;

    /// <summary>How many chunks belong together: 1, or more for a block larger than one.</summary>
    [FieldOffset(MapsAt + 132)]
    internal int Chunks;

    /// <summary>The number of the heap it is of.</summary>
    [FieldOffset(MapsAt + 136)]
    internal long HeapId;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static HeapChunk* Of(void* address) => (HeapChunk*)((nuint)address & ~((nuint)Size - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int PageOf(void* address) => (int)((nuint)address >> PageBits) & (PageCount - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static PageEntry* EntryOf(void* address) => (PageEntry*)Of(address) + PageOf(address);

    internal static HeapSpan* SpanAt(HeapChunk* chunk, int page) => &chunk->_firstSpan + page;

    internal static PageEntry* EntryAt(HeapChunk* chunk, int page) => &chunk->_firstEntry + page;

    internal static byte* Address(HeapChunk* chunk, int page) => (byte*)chunk + ((long)page << PageBits);

    /// <summary>Makes a fresh chunk's head.</summary>
    internal static void Initialise(HeapChunk* chunk, long heapId, int chunks, bool isZero)
    {
        if (!isZero) NativeMemory.Clear(chunk, HeadPages * PageSize);
        chunk->HeapId = heapId;
        chunk->Chunks = chunks;
        Mark(chunk->_free, HeadPages, UsablePages, true);
        if (!isZero) Mark(chunk->_dirty, HeadPages, UsablePages, true);
    }

    /// <summary>Takes the first run of free pages that is long enough: from a page on, or else of all.</summary>
    /// <param name="pages">How many.</param>
    /// <param name="from">The page to begin at.</param>
    /// <param name="dirty">How many of them may hold something else than zeros.</param>
    /// <param name="longest">If none is long enough: how long the longest is.</param>
    /// <returns>The first page, or -1.</returns>
    internal int TakeRun(int pages, int from, out int dirty, out int longest)
    {
        int page = TakeRunBehind(from, pages, out dirty, out longest);
        return page < 0 && from > 0 ? TakeRunBehind(0, pages, out dirty, out longest) : page;
    }

    private int TakeRunBehind(int page, int pages, out int dirty, out int longest)
    {
        dirty = 0;
        longest = 0;
        fixed (ulong* free = _free, dirtyMap = _dirty)
        {
            while ((page = Next(free, page, true)) < PageCount)
            {
                int end = Next(free, page, false);
                if (end - page >= pages)
                {
                    Mark(free, page, pages, false);
                    dirty = CountSet(dirtyMap, page, pages);
                    Mark(dirtyMap, page, pages, true);
                    return page;
                }

                longest = Math.Max(longest, end - page);
                page = end;
            }
        }

        return -1;
    }

    /// <summary>Gives a run back.</summary>
    internal void GiveRun(int page, int pages)
    {
        fixed (ulong* free = _free)
        {
            Debug.Assert(CountSet(free, page, pages) == 0, "A run is given back whose pages are free.");
            Mark(free, page, pages, true);
        }
    }

    /// <summary>Whether no page is in use.</summary>
    internal bool IsUnused
    {
        get
        {
            fixed (ulong* free = _free) return CountSet(free, HeadPages, UsablePages) == UsablePages;
        }
    }

    /// <summary>Finds the next run of free pages that have memory behind them.</summary>
    /// <param name="page">Where to look from; where it begins.</param>
    /// <param name="unit">It begins at a multiple of so many, and has a multiple of so many.</param>
    /// <returns>Its length; 0 if there is none.</returns>
    internal int NextIdleRun(ref int page, int unit)
    {
        ulong* idle = stackalloc ulong[Words];
        for (int word = 0; word < Words; word++) idle[word] = _free[word] & _dirty[word];
        while ((page = Next(idle, page, true)) < PageCount)
        {
            int end = Next(idle, page, false);
            page = (page + unit - 1) / unit * unit;
            int run = (end - page) / unit * unit;
            if (run > 0) return run;
            page = end;
        }

        return 0;
    }

    /// <summary>Their memory has gone back to the system: what is read there now is zero.</summary>
    internal void MarkZero(int page, int pages)
    {
        fixed (ulong* dirty = _dirty) Mark(dirty, page, pages, false);
    }

    private static void Mark(ulong* map, int page, int pages, bool value)
    {
        while (pages > 0)
        {
            int bit = page & 63;
            int bits = Math.Min(64 - bit, pages);
            if (value) map[page >> 6] |= Mask(bit, bits);
            else map[page >> 6] &= ~Mask(bit, bits);
            page += bits;
            pages -= bits;
        }
    }

    private static int CountSet(ulong* map, int page, int pages)
    {
        int count = 0;
        while (pages > 0)
        {
            int bit = page & 63;
            int bits = Math.Min(64 - bit, pages);
            count += BitOperations.PopCount(map[page >> 6] & Mask(bit, bits));
            page += bits;
            pages -= bits;
        }

        return count;
    }

    private static ulong Mask(int bit, int bits) => (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1) << bit;

    /// <summary>The first page from there on whose bit is so; the number of pages if there is none.</summary>
    private static int Next(ulong* map, int page, bool value)
    {
        while (page < PageCount)
        {
            ulong word = value ? map[page >> 6] : ~map[page >> 6];
            word >>= page & 63;
            if (word != 0) return page + BitOperations.TrailingZeroCount(word);
            page = (page | 63) + 1;
        }

        return PageCount;
    }
}
