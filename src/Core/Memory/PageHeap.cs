using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Memory;

/// <summary>
/// The pages of a heap, given out in runs under one lock: runs of up to a chunk by first fit, so that what is in use keeps
/// together, and what is larger in chunks of its own.
/// </summary>
internal sealed unsafe partial class PageHeap(long heapId, long limit, bool addsMemoryPressure)
{
    private readonly Gate _gate = new();

    private nint[] _chunks = new nint[4];

    /// <summary>Beside each chunk: at least as many pages as its longest run of free ones has.</summary>
    private ushort[] _longest = new ushort[4];

    private int _count;

    /// <summary>The chunks that begin a block larger than one.</summary>
    private readonly HashSet<nint> _huge = [];

    private long _reserved;

    private long _pagesInUse;

    private long _pressure;

    /// <summary>How many bytes the collector knows of.</summary>
    internal long Pressure => Interlocked.Read(ref _pressure);

    /// <summary>Takes a run of pages as one span, whose pages know it and its owner from then on.</summary>
    /// <param name="pages">How many.</param>
    /// <param name="owner">Whose it is; null for nobody's.</param>
    /// <param name="sizeClass">What it is for.</param>
    /// <exception cref="OutOfMemoryException">The system or the heap's limit has no room for it. Nothing has changed.</exception>
    internal HeapSpan* Allocate(long pages, HeapCache* owner, byte sizeClass)
    {
        HeapSpan* span = pages <= HeapChunk.UsablePages ? AllocateRun((int)pages, owner == null ? 0 : owner->Region) : AllocateChunks(pages);
        span->SizeClass = sizeClass;
        if (Tracer.IsOn)
        {
            span->Subject = Tracer.NewSubject();
            Tracer.Record(span->IsZero ? MemoryTables.TakeZeroed : MemoryTables.TakeIdle, span->Subject, (long)span->Bytes);
        }

        HeapChunk* chunk = HeapChunk.Of(span);
        int first = HeapChunk.PageOf(span->Start);
        int mapped = Math.Min(span->Pages, HeapChunk.PageCount - first);
        for (int page = first; page < first + mapped; page++) *HeapChunk.EntryAt(chunk, page) = new PageEntry { Span = span, Owner = owner };
        Press((long)span->Bytes);
        return span;
    }

    /// <summary>Takes a span back. None of its blocks is out, and nobody else touches it any more.</summary>
    internal void Release(HeapSpan* span)
    {
        HeapChunk* chunk = HeapChunk.Of(span);
        int first = HeapChunk.PageOf(span->Start);
        int pages = span->Pages;
        SpanLife<HardwareAtomics>.Step(span, SpanPhase.Released);
        if (span->Subject != 0) Tracer.Record(chunk->Chunks > 1 ? MemoryTables.Unmap : MemoryTables.Release, span->Subject, (long)span->Bytes);
        int mapped = Math.Min(pages, HeapChunk.PageCount - first);
        new Span<PageEntry>(HeapChunk.EntryAt(chunk, first), mapped).Clear();
        Press(-(long)span->Bytes);
        if (chunk->Chunks > 1)
        {
            ReleaseChunks(chunk, pages);
            return;
        }

        bool isMuch;
        HardwareAtomics.Enter(_gate);
        chunk->GiveRun(first, pages);
        _longest[chunk->Index] = HeapChunk.UsablePages;
        _pagesInUse -= pages;
        isMuch = AddIdle(pages);
        HardwareAtomics.Exit(_gate);
        if (isMuch) BeginReturning();
    }

    /// <summary>Gives up all chunks in which <paramref name="isLive"/> finds no block that is out. The others stay as they are.</summary>
    /// <remarks>A timer that is stopped may be running still, so the list of chunks goes before they do.</remarks>
    internal void Abandon(Func<nint, bool> isLive)
    {
        StopReturning();
        nint[] chunksThen = Chunks();
        HardwareAtomics.Enter(_gate);
        _count = 0;
        HardwareAtomics.Exit(_gate);
        Press(-Pressure);
        foreach (nint chunk in chunksThen)
        {
            if (isLive(chunk)) continue;
            int chunks = ((HeapChunk*)chunk)->Chunks;
            ChunkMap.Set((HeapChunk*)chunk, false);
            ChunkSource.Give((byte*)chunk, chunks);
            _reserved -= (long)chunks * HeapChunk.Size;
        }
    }

    /// <summary>All chunks, and the first ones of blocks larger than one. They stay valid for as long as the heap is not disposed.</summary>
    internal nint[] Chunks()
    {
        lock (_huge)
        {
            HardwareAtomics.Enter(_gate);
            nint[] chunks = _chunks;
            int count = _count;
            HardwareAtomics.Exit(_gate);
            return [.. chunks.AsSpan(0, count), .. _huge];
        }
    }

    private static OutOfMemoryException NoMemory(long bytes) =>
        new($"The system has no memory for {bytes:N0} bytes more.");

    private HeapSpan* AllocateRun(int pages, int region)
    {
        while (true)
        {
            HardwareAtomics.Enter(_gate);
            HeapSpan* span = TakeRun(pages, region);
            HardwareAtomics.Exit(_gate);
            if (span != null) return span;
            Grow();
        }
    }

    /// <summary>Under the gate.</summary>
    private HeapSpan* TakeRun(int pages, int region)
    {
        int from = 0;
        while (true)
        {
            int found = _longest.AsSpan(from, _count - from).IndexOfAnyInRange((ushort)pages, ushort.MaxValue);
            if (found < 0) return null;
            int index = from + found;
            var chunk = (HeapChunk*)_chunks[index];
            int page = chunk->TakeRun(pages, region, out int dirty, out int longest);
            if (page >= 0)
            {
                TakeIdle(dirty);
                _pagesInUse += pages;
                return Begin(chunk, page, pages, dirty == 0);
            }

            _longest[index] = (ushort)longest;
            from = index + 1;
        }
    }

    private static HeapSpan* Begin(HeapChunk* chunk, int page, int pages, bool isZero)
    {
        HeapSpan* span = HeapChunk.SpanAt(chunk, page);
        *span = new HeapSpan { Start = HeapChunk.Address(chunk, page), Pages = pages, IsZero = isZero };
        return span;
    }

    private void Grow()
    {
        Reserve(1);
        byte* address = ChunkSource.Take(1, out bool isZero);
        if (address == null)
        {
            Unreserve(1);
            throw NoMemory(HeapChunk.Size);
        }

        var chunk = (HeapChunk*)address;
        HeapChunk.Initialise(chunk, heapId, chunks: 1, isZero);
        ChunkMap.Set(chunk, true);
        lock (_huge)
        {
            int count = _count;
            nint[] chunks = _chunks;
            ushort[] longest = _longest;
            if (count == chunks.Length)
            {
                Array.Resize(ref chunks, count * 2);
                Array.Resize(ref longest, count * 2);
            }

            chunk->Index = count;
            chunks[count] = (nint)chunk;
            longest[count] = HeapChunk.UsablePages;
            HardwareAtomics.Enter(_gate);
            // While the copy was made, the gate's holders may have changed what they know of the old ones.
            if (longest != _longest) _longest.AsSpan(0, count).CopyTo(longest);
            _chunks = chunks;
            _longest = longest;
            _count = count + 1;
            if (!isZero) AddIdle(HeapChunk.UsablePages);
            HardwareAtomics.Exit(_gate);
        }
    }

    /// <summary>A block larger than a chunk: its span is in the first chunk, and it goes on to the end of the last.</summary>
    private HeapSpan* AllocateChunks(long pages)
    {
        long chunks = (pages + HeapChunk.HeadPages + HeapChunk.PageCount - 1) / HeapChunk.PageCount;
        if (chunks > int.MaxValue / HeapChunk.PageCount) throw NoMemory(chunks * HeapChunk.Size);
        Reserve((int)chunks);
        byte* address = ChunkSource.Take((int)chunks, out bool isZero);
        if (address == null)
        {
            Unreserve((int)chunks);
            throw NoMemory(chunks * HeapChunk.Size);
        }

        var chunk = (HeapChunk*)address;
        HeapChunk.Initialise(chunk, heapId, (int)chunks, isZero);
        ChunkMap.Set(chunk, true);
        lock (_huge) _huge.Add((nint)chunk);
        Interlocked.Add(ref _pagesInUse, pages);
        return Begin(chunk, HeapChunk.HeadPages, (int)pages, isZero);
    }

    private void ReleaseChunks(HeapChunk* chunk, int pages)
    {
        int chunks = chunk->Chunks;
        lock (_huge) _huge.Remove((nint)chunk);
        ChunkMap.Set(chunk, false);
        ChunkSource.Give((byte*)chunk, chunks);
        Interlocked.Add(ref _pagesInUse, -pages);
        Interlocked.Add(ref _returned, (long)pages * HeapChunk.PageSize);
        Unreserve(chunks);
    }

    private void Reserve(int chunks)
    {
        long bytes = (long)chunks * HeapChunk.Size;
        if (Interlocked.Add(ref _reserved, bytes) <= limit) return;
        Interlocked.Add(ref _reserved, -bytes);
        throw new OutOfMemoryException($"{bytes:N0} bytes more are over the heap's limit of {limit:N0}.");
    }

    /// <summary>Tells the collector of more bytes in use, or of fewer.</summary>
    private void Press(long bytes)
    {
        if (!addsMemoryPressure || bytes == 0) return;
        Interlocked.Add(ref _pressure, bytes);
        if (bytes > 0) GC.AddMemoryPressure(bytes);
        else GC.RemoveMemoryPressure(-bytes);
    }

    private void Unreserve(int chunks) => Interlocked.Add(ref _reserved, -(long)chunks * HeapChunk.Size);
}
