using System.Runtime.InteropServices;
using FastCore.Atomics;
using FastCore.Memory;

namespace FastCore.Tests.Memory;

/// <summary>What becomes of pages when the heap goes on, when it ends, and when the system refuses to take them.</summary>
[TestFixture]
internal sealed unsafe partial class PageHeapTests
{
    private const int Pages = 400;

    private static long _lastId = 1L << 40;

    /// <summary>What may stay at both ends of a run where the system's pages are larger than the heap's; nothing elsewhere.</summary>
    private static long Cut => Math.Max(0, 2L * (Environment.SystemPageSize - HeapChunk.PageSize));

    /// <summary>The look that returns idle memory may be on its way when its heap ends, and its chunks are another's by then.</summary>
    [Test]
    public void AHeapThatHasEndedLeavesItsOldChunksAlone()
    {
        PageHeap ended = Make();
        HeapSpan* span = Take(ended);
        HeapChunk* chunk = HeapChunk.Of(span);
        ended.Release(span);
        ended.Abandon(static _ => false);
        PageHeap next = Make();
        try
        {
            int tries = 0;
            do span = Take(next);
            while (HeapChunk.Of(span) != chunk && ++tries < 1000);
            if (HeapChunk.Of(span) != chunk) Assert.Ignore("Another heap has taken the chunk meanwhile.");
            next.Release(span);
            long idle = next.Look().Idle;
            Assert.That(idle, Is.GreaterThan(0));
            ended.ReturnAll();
            Assert.That(ended.Look().Returned, Is.Zero);
            next.ReturnAll();
            Assert.That(next.Look().Returned, Is.InRange(idle - Cut, idle));
        }
        finally
        {
            next.Abandon(static _ => false);
        }
    }

    [Test]
    public void TheCollectorIsToldOfAnEnd()
    {
        PageHeap heap = Make(addsMemoryPressure: true);
        Take(heap);
        heap.Release(Take(heap));
        Assert.That(heap.Pressure, Is.EqualTo(Pages * HeapChunk.PageSize));
        heap.Abandon(static _ => true);
        Assert.That(heap.Pressure, Is.Zero);
    }

    /// <summary>A process that locks its memory, as with mlockall, has pages that the system does not take.</summary>
    [Test]
    public void LockedMemoryStaysIdle()
    {
        if (!ChunkSource.CanReturnMemory) Assert.Ignore("Memory stays with the process here.");
        PageHeap heap = Make();
        try
        {
            HeapSpan* span = Take(heap);
            byte* locked = span->Start;
            nuint bytes = span->Bytes;
            if (Lock(locked, bytes) != 0) Assert.Ignore("This process may lock no memory.");
            heap.Release(span);
            long idle = heap.Look().Idle;
            Assert.That(heap.ReturnUnused, Is.False, "What was refused is not asked for again and again.");
            Assert.That(heap.Look().Idle, Is.EqualTo(idle));
            Unlock(locked, bytes);
            heap.ReturnAll();
            Assert.That(heap.Look().Idle, Is.LessThanOrEqualTo(Cut));
        }
        finally
        {
            heap.Abandon(static _ => false);
        }
    }

    [Test]
    public void LockedMemoryIsZeroForWhoHasItNext()
    {
        if (!ChunkSource.CanReturnMemory) Assert.Ignore("Memory stays with the process here.");
        byte* chunk = ChunkSource.Take(1, out _);
        if (Lock(chunk, HeapChunk.PageSize) != 0)
        {
            ChunkSource.Give(chunk, 1);
            Assert.Ignore("This process may lock no memory.");
        }

        try
        {
            new Span<byte>(chunk, HeapChunk.Size).Fill(1);
            ChunkSource.Give(chunk, 1);
            Assert.That(new Span<byte>(chunk, HeapChunk.Size).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        }
        finally
        {
            Unlock(chunk, HeapChunk.PageSize);
        }
    }

    /// <summary>Where the system's pages are larger than the heap's, what shares one with a block that is out must stay.</summary>
    [Test]
    public void WholePagesOfTheSystemGoBackAlone()
    {
        var chunk = (HeapChunk*)ChunkSource.Take(1, out bool isZero);
        HeapChunk.Initialise(chunk, -1, chunks: 1, isZero);
        Assert.That(chunk->TakeRun(HeapChunk.UsablePages, 0, out _, out _), Is.EqualTo(HeapChunk.HeadPages));
        chunk->GiveRun(11, 20);
        chunk->GiveRun(40, 8);
        chunk->GiveRun(49, 14);
        chunk->GiveRun(511, 1);
        Assert.That(Runs(unit: 1), Is.EqualTo(new[] { (11, 20), (40, 8), (49, 14), (511, 1) }));
        Assert.That(Runs(unit: 2), Is.EqualTo(new[] { (12, 18), (40, 8), (50, 12) }));
        Assert.That(Runs(unit: 8), Is.EqualTo(new[] { (16, 8), (40, 8) }));
        Assert.That(Runs(unit: 16), Is.Empty);
        chunk->GiveRun(31, 9);
        Assert.That(Runs(unit: 16), Is.EqualTo(new[] { (16, 32) }));
        ChunkSource.Give((byte*)chunk, 1);

        List<(int Page, int Pages)> Runs(int unit)
        {
            var runs = new List<(int, int)>();
            int page = HeapChunk.HeadPages;
            while (chunk->NextIdleRun(ref page, unit) is > 0 and int pages)
            {
                runs.Add((page, pages));
                page += pages;
            }

            return runs;
        }
    }

    private static PageHeap Make(bool addsMemoryPressure = false) => new(Interlocked.Increment(ref _lastId), long.MaxValue, addsMemoryPressure);

    /// <summary>A span of a chunk of its own, written to.</summary>
    private static HeapSpan* Take(PageHeap heap)
    {
        HeapSpan* span = heap.Allocate(Pages, null, HeapSpan.Large);
        SpanLife<HardwareAtomics>.Step(span, SpanPhase.Out);
        new Span<byte>(span->Start, HeapChunk.PageSize).Fill(1);
        return span;
    }

    [LibraryImport("libc", EntryPoint = "mlock")]
    private static partial int Lock(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "munlock")]
    private static partial int Unlock(void* address, nuint length);
}
