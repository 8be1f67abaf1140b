using System.Diagnostics.Metrics;
using FastCore.Memory;

namespace FastCore.Tests.Memory;

[TestFixture]
internal sealed unsafe class NativeHeapTests
{
    [Test]
    public void ABlockOfNothingHasAnAddressOfItsOwn()
    {
        using var heap = new NativeHeap();
        void* one = heap.AsRaw().Allocate(0);
        void* other = heap.AsRaw().Allocate(0);
        Assert.That((nint)one, Is.Not.EqualTo((nint)other));
        heap.AsRaw().Free(one);
        heap.AsRaw().Free(other);
        heap.AsRaw().Free(null);
    }

    [Test]
    public void WhatIsNoBlockIsRefused()
    {
        using var heap = new NativeHeap();
        using var other = new NativeHeap();
        int local = 0;
        nint own = (nint)heap.AsRaw().Allocate(100);
        nint another = (nint)other.AsRaw().Allocate(100);
        nint large = (nint)heap.AsRaw().Allocate(300_000);
        nint huge = (nint)heap.AsRaw().Allocate(30_000_000);
        heap.AsRaw().Free((void*)large);
        heap.AsRaw().Free((void*)huge);
        nint[] wrong = [1, (nint)(&local), -16, nint.MaxValue, another, large, huge, (own >> HeapChunk.SizeBits << HeapChunk.SizeBits) + 64];
        foreach (nint address in wrong)
        {
            Assert.That(() => heap.AsRaw().Free((void*)address), Throws.ArgumentException, $"free of {address:x}");
            Assert.That(() => heap.AsRaw().SizeOf((void*)address), Throws.ArgumentException, $"size of {address:x}");
        }

        Assert.That(heap.GetStatistics().LiveBlocks, Is.EqualTo(1));
        heap.AsRaw().Free((void*)own);
        other.AsRaw().Free((void*)another);
    }

    [Test]
    public void AlignmentsThatAreNoneAreRefused([Values(0, 3, 24, RawHeap.MaxAlignment * 2)] int alignment)
    {
        using var heap = new NativeHeap();
        Assert.That(() => heap.AsRaw().AllocateAligned(8, (nuint)alignment), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void EveryAlignmentHolds([Values(0u, 1u, 100u, 5000u, 40_000u, 5_000_000u)] uint size)
    {
        using var heap = new NativeHeap();
        for (nuint alignment = 1; alignment <= RawHeap.MaxAlignment; alignment *= 2)
        {
            void* block = heap.AsRaw().AllocateAligned(size, alignment);
            Assert.That((nuint)block % alignment == 0);
            Assert.That(heap.AsRaw().SizeOf(block) >= size);
            new Span<byte>(block, (int)size).Fill(1);
            heap.AsRaw().Free(block);
        }

        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
    }

    [Test]
    public void AtItsLimitAHeapThrowsAndLosesNothing()
    {
        using var heap = new NativeHeap(new NativeHeapOptions { Limit = 8 << 20 });
        RawHeap raw = heap.AsRaw();
        var blocks = new List<nint>();
        Assert.That(() => raw.Allocate(100 << 20), Throws.InstanceOf<OutOfMemoryException>());
        Assert.That(() => raw.Allocate(nuint.MaxValue), Throws.InstanceOf<OutOfMemoryException>());
        for (int again = 0; again < 2; again++)
        {
            Assert.That(() => Fill(raw, blocks), Throws.InstanceOf<OutOfMemoryException>());
            Assert.That(blocks, Has.Count.GreaterThan(800));
            Assert.That(heap.GetStatistics().LiveBlocks, Is.EqualTo(blocks.Count));
            foreach (nint block in blocks) raw.Free((void*)block);
            blocks.Clear();
            Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
        }
    }

    /// <summary>So that nobody's processor fetches ahead what another writes to.</summary>
    [Test]
    public void ThreadsSpansLieApart()
    {
        using var heap = new NativeHeap();
        nint own = (nint)heap.AsRaw().Allocate(2048);
        nint others = 0;
        var thread = new Thread(() => others = (nint)heap.AsRaw().Allocate(2048));
        thread.Start();
        thread.Join();
        Assert.That((nint)HeapChunk.Of((void*)others), Is.EqualTo((nint)HeapChunk.Of((void*)own)), "They share a chunk.");
        Assert.That(HeapChunk.PageOf((void*)others) - HeapChunk.PageOf((void*)own), Is.GreaterThanOrEqualTo(48));
        heap.AsRaw().Free((void*)own);
        heap.AsRaw().Free((void*)others);
    }

    [Test]
    public void MemoryGoesBackThatWasIdleFromOneLookToTheNext()
    {
        if (!ChunkSource.CanReturnMemory) Assert.Ignore("Not on this system.");
        var pages = new PageHeap(long.MaxValue, long.MaxValue, addsMemoryPressure: false);
        HeapSpan* span = pages.Allocate(400, null, HeapSpan.Large);
        span->Phase = SpanPhase.Out;
        pages.Release(span);
        span = pages.Allocate(300, null, HeapSpan.Large);
        span->Phase = SpanPhase.Out;
        Assert.That(pages.Look().Idle, Is.EqualTo(100 * HeapChunk.PageSize));
        pages.Release(span);
        Assert.That(pages.ReturnUnused(), Is.True, "Only 100 pages were idle all the time, fewer than the reserve.");
        Assert.That(pages.Look().Returned, Is.Zero);
        Assert.That(pages.ReturnUnused(), Is.False, "Now nothing is left to look at.");
        Assert.That(pages.Look().Idle, Is.EqualTo(1 << 20));
        Assert.That(pages.Look().Returned, Is.EqualTo((400 * HeapChunk.PageSize) - (1 << 20)));
        span = pages.Allocate(400, null, HeapSpan.Large);
        Assert.That(new ReadOnlySpan<byte>(span->Start + (1 << 20), (400 * HeapChunk.PageSize) - (1 << 20)).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        pages.Release(span);
        pages.Abandon(static _ => false);
    }

    [Test]
    public void TrimGivesAllBack()
    {
        if (!ChunkSource.CanReturnMemory) Assert.Ignore("Not on this system.");
        using var heap = new NativeHeap();
        var trace = new HeapTrace(heap.AsRaw(), 7, 2000);
        trace.Run(20_000);
        trace.FreeAll();
        heap.Trim();
        NativeHeapStatistics after = heap.GetStatistics();
        Assert.That((after.LiveBytes, after.CachedBytes, after.IdleBytes, after.SpanBytes), Is.EqualTo((0L, 0L, 0L, 0L)));
        Assert.That(after.ReturnedBytes, Is.Positive);
    }

    [Test]
    public void TheCacheOfAThreadThatHasEndedServesTheNext()
    {
        using var heap = new NativeHeap();
        nint left = 0;
        for (int turn = 0; turn < 5; turn++)
        {
            var thread = new Thread(() => left = (nint)heap.AsRaw().Allocate(64));
            thread.Start();
            thread.Join();
            heap.AsRaw().Free((void*)left);
            for (int look = 0; look < 100 && heap.GetStatistics().Threads > 0; look++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.That(heap.GetStatistics().Threads, Is.Zero);
        Assert.That(heap.CacheCount, Is.LessThan(5));
        heap.Trim();
        Assert.That(heap.GetStatistics().SpanBytes, Is.Zero);
    }

    [Test]
    public void ADisposedHeapRefusesAndLeavesLiveBlocksAlone()
    {
        var heap = new NativeHeap();
        var block = (byte*)heap.AsRaw().Allocate(1000);
        new Span<byte>(block, 1000).Fill(7);
        heap.Dispose();
        heap.Dispose();
        Assert.That(() => heap.AsRaw().Allocate(1), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => heap.AsRaw().Allocate(100_000), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(heap.GetStatistics, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(heap.Trim, Throws.InstanceOf<ObjectDisposedException>());
        using var next = new NativeHeap();
        for (int i = 0; i < 10_000; i++) *(long*)next.AsRaw().AllocateZeroed(1000) = -1;
        Assert.That(new ReadOnlySpan<byte>(block, 1000).IndexOfAnyExcept((byte)7), Is.EqualTo(-1));
        heap.AsRaw().Free(block);
    }

    [Test]
    public void OneThreadUsesManyHeaps()
    {
        NativeHeap[] heaps = [.. Enumerable.Range(0, 8).Select(static _ => new NativeHeap())];
        var blocks = new List<(NativeHeap Heap, nint Block)>();
        for (int i = 0; i < 1000; i++)
        {
            NativeHeap heap = heaps[i % heaps.Length];
            blocks.Add((heap, (nint)heap.AsRaw().Allocate(48)));
        }

        foreach ((NativeHeap heap, nint block) in blocks) heap.AsRaw().Free((void*)block);
        foreach (NativeHeap heap in heaps)
        {
            Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
            heap.Dispose();
        }
    }

    [Test]
    public void StatisticsTellWhatIsOut()
    {
        using var heap = new NativeHeap();
        RawHeap raw = heap.AsRaw();
        nint[] small = [.. Enumerable.Range(0, 100).Select(_ => (nint)raw.Allocate(48))];
        void* large = raw.Allocate(50_000);
        NativeHeapStatistics now = heap.GetStatistics();
        SizeClassStatistics of48 = now.Classes.Single(static counted => counted.BlockSize == 48);
        SizeClassStatistics ofLarge = now.Classes.Single(static counted => counted.BlockSize == 0);
        Assert.That((of48.LiveBlocks, of48.LiveBytes, of48.Allocations, of48.Misses), Is.EqualTo((100L, 4800L, 100L, 1L)));
        Assert.That((ofLarge.LiveBlocks, ofLarge.LiveBytes, ofLarge.Allocations), Is.EqualTo((1L, 57_344L, 1L)));
        Assert.That(now.HitRate, Is.EqualTo(1 - (2 / 101.0)));
        var thread = new Thread(() =>
        {
            foreach (nint block in small) raw.Free((void*)block);
            raw.Free(large);
        });
        thread.Start();
        thread.Join();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero, "Another's frees count at once.");
    }

    [Test]
    public void TheMetersTellOfAHeapByName()
    {
        using var heap = new NativeHeap(new NativeHeapOptions { Name = "measured" });
        void* block = heap.AsRaw().Allocate(1000);
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == NativeHeapMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags.Length == 1 && tags[0].Key == NativeHeapMetrics.NameAttribute && "measured".Equals(tags[0].Value)) seen[instrument.Name] = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.That(seen["fastcore.heap.live"], Is.EqualTo(1024));
        Assert.That(seen["fastcore.heap.reserved"], Is.EqualTo(4 << 20));
        Assert.That(seen.Keys, Is.EquivalentTo(new[] { "fastcore.heap.live", "fastcore.heap.reserved", "fastcore.heap.cached", "fastcore.heap.idle", "fastcore.heap.returned" }));
        heap.AsRaw().Free(block);
    }

    /// <summary>A producer whose blocks another frees must not need more and more memory.</summary>
    [Test]
    public void WhatOthersFreeIsUsedAgain([Values(24u, 2000u, 60_000u)] uint size)
    {
        using var heap = new NativeHeap();
        RawHeap raw = heap.AsRaw();
        var blocks = new nint[100];
        for (int round = 0; round < 50; round++)
        {
            for (int i = 0; i < blocks.Length; i++) blocks[i] = (nint)raw.Allocate(size);
            var thread = new Thread(() =>
            {
                foreach (nint block in blocks) raw.Free((void*)block);
            });
            thread.Start();
            thread.Join();
        }

        Assert.That(heap.GetStatistics().SpanBytes, Is.LessThanOrEqualTo((long)size * blocks.Length + (2 << 20)));
        Assert.That(heap.GetStatistics().ReservedBytes, Is.LessThanOrEqualTo(12 << 20));
    }

    [Test]
    public void MoreBytesThanThereAreAddressesAreRefusedOnEveryAlignment([Values] bool debug)
    {
        using var heap = new NativeHeap(new NativeHeapOptions { Debug = debug });
        RawHeap raw = heap.AsRaw();
        for (nuint alignment = 1; alignment <= RawHeap.MaxAlignment; alignment *= 2)
        {
            foreach (nuint size in (nuint[])[nuint.MaxValue, nuint.MaxValue - 10, nuint.MaxValue - HeapChunk.PageSize, nuint.MaxValue / 2])
                Assert.That(() => raw.AllocateAligned(size, alignment), Throws.InstanceOf<OutOfMemoryException>(), $"{size} on {alignment}");
        }
    }

    private static void Fill(RawHeap raw, List<nint> blocks)
    {
        while (true) blocks.Add((nint)raw.Allocate(8000));
    }
}
