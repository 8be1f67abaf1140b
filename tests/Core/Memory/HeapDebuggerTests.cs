using FastCore.Memory;
using FastCore.Memory.Debugging;

namespace FastCore.Tests.Memory;

[TestFixture]
internal sealed unsafe class HeapDebuggerTests
{
    private NativeHeap _heap = null!;

    private RawHeap _raw;

    [SetUp]
    public void MakeHeap()
    {
        _heap = new NativeHeap(new NativeHeapOptions { Debug = true });
        _raw = _heap.AsRaw();
    }

    [TearDown]
    public void DisposeHeap()
    {
        try
        {
            _heap.Dispose();
        }
        catch (HeapCorruptionException)
        {
            // A test has left a block that was written after its free; that the dispose tells of it is the second chance.
        }
    }

    [Test]
    public void AFreeThatComesTwiceIsFoundWithBothPlaces()
    {
        void* block = AllocateHere();
        _raw.Free(block);
        HeapCorruptionException? found = Assert.Throws<HeapCorruptionException>(() => _raw.Free(block));
        Assert.That(found!.Message, Does.Contain("freed a second time"));
        Assert.That(found.Message, Does.Contain(nameof(AllocateHere)));
        Assert.That(found.Message, Does.Contain(nameof(AFreeThatComesTwiceIsFoundWithBothPlaces)));
    }

    [TestCase(100, "beyond its end")]
    [TestCase(-1, "before its begin")]
    public void AWriteOutsideIsFoundAtTheFree(int at, string where)
    {
        var block = (byte*)AllocateHere();
        block[at] = 1;
        Assert.That(_heap.Check, Throws.TypeOf<HeapCorruptionException>().With.Message.Contains(where));
        Assert.That(() => _raw.Free(block), Throws.TypeOf<HeapCorruptionException>().With.Message.Contains(where));
        block[at] = DebuggedBlock.GuardPattern;
        _raw.Free(block);
    }

    [Test]
    public void AWriteAfterTheFreeIsFound()
    {
        var block = (byte*)AllocateHere();
        _raw.Free(block);
        Assert.That(block[50], Is.EqualTo(DebuggedBlock.FreedPattern));
        block[50] = 1;
        Assert.That(_heap.Check, Throws.TypeOf<HeapCorruptionException>().With.Message.Contains("after its free, at 50"));
        Assert.That(_heap.Trim, Throws.TypeOf<HeapCorruptionException>().With.Message.Contains("after its free, at 50"));
    }

    [Test]
    public void FreshBlocksAreFilled()
    {
        var block = (byte*)_raw.Allocate(64);
        Assert.That(new ReadOnlySpan<byte>(block, 64).IndexOfAnyExcept(DebuggedBlock.FreshPattern), Is.EqualTo(-1));
        var zeroed = (byte*)_raw.AllocateZeroed(64);
        Assert.That(new ReadOnlySpan<byte>(zeroed, 64).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        Assert.That(_raw.SizeOf(block) == 64);
        _raw.Free(block);
        _raw.Free(zeroed);
    }

    [Test]
    public void LeaksAreToldByTheirPlace()
    {
        nint[] blocks = [(nint)AllocateHere(), (nint)AllocateHere(), (nint)_raw.AllocateAligned(5000, 4096)];
        IReadOnlyList<HeapLeak> leaks = _heap.FindLeaks();
        Assert.That(leaks.Sum(static leak => leak.Blocks), Is.EqualTo(3));
        Assert.That(leaks[0].Bytes, Is.EqualTo(5000));
        Assert.That(leaks.Where(static leak => leak.Place.Contains(nameof(AllocateHere), StringComparison.Ordinal)).Sum(static leak => leak.Bytes), Is.EqualTo(200));
        foreach (nint block in blocks) _raw.Free((void*)block);
        Assert.That(_heap.FindLeaks(), Is.Empty);
        _heap.Trim();
        Assert.That(_heap.GetStatistics().LiveBlocks, Is.Zero);
    }

    [Test]
    public void WhatIsNoBlockIsRefused()
    {
        void* block = _raw.Allocate(100);
        int local = 0;
        nint outside = (nint)(&local);
        Assert.That(() => _raw.Free((byte*)block + 16), Throws.ArgumentException);
        Assert.That(() => _raw.Free((void*)outside), Throws.ArgumentException);
        _raw.Free(block);
    }

    [Test]
    public void ADisposeThatTellsOfAFaultGivesTheMemoryBack()
    {
        var block = (byte*)AllocateHere();
        _raw.Free(block);
        block[5] = 1;
        Assert.That(_heap.Dispose, Throws.TypeOf<HeapCorruptionException>());
        Assert.That(_heap.GetStatistics, Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>The block with the fault is not the last that is held back.</summary>
    [Test]
    public void AFaultKeepsNoOtherBlockFromGoing()
    {
        const int Size = 60_000;
        var debugger = new HeapDebugger(new NativeHeapOptions());
        nint[] blocks = [.. Enumerable.Range(0, 200).Select(_ => (nint)debugger.Allocate(Size, 16))];
        foreach (nint block in blocks) debugger.Free((void*)block);
        *(byte*)blocks[0] = 1;
        *(byte*)blocks[1] = 1;
        Assert.That(debugger.Dispose, Throws.TypeOf<HeapCorruptionException>());
        Assert.That(blocks.Where(static block => ChunkMap.Contains(ChunkMap.Chunks, (void*)block)), Is.Empty, "The memory has gone back.");
    }

    private void* AllocateHere() => _raw.Allocate(100);
}
