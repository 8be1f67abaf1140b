using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Memory;

namespace FastCore.Tests.Memory;

/// <summary>What other threads write of a span or a cache is on no line that the owner's own way touches.</summary>
[TestFixture]
internal sealed class HeapLayoutTests
{
    private const int Line = 64;

    [Test]
    public void ASpansOwnersFieldsAreOnALineOfTheirOwn()
    {
        string[] owners = [nameof(HeapSpan.Free), nameof(HeapSpan.Used), nameof(HeapSpan.AttendAt), nameof(HeapSpan.Cut), nameof(HeapSpan.Capacity), nameof(HeapSpan.Next), nameof(HeapSpan.Previous)];
        string[] others = [nameof(HeapSpan.Remote), nameof(HeapSpan.NextReturned), nameof(HeapSpan.Phase)];
        Assert.That(owners.Max(OffsetInSpan), Is.LessThan(Line));
        Assert.That(others.Min(OffsetInSpan), Is.GreaterThanOrEqualTo(Line));
        Assert.That(Unsafe.SizeOf<HeapSpan>(), Is.EqualTo(HeapSpan.SizeInBytes));
    }

    [Test]
    public void WhatOthersWriteOfACacheIsFarFromTheRest()
    {
        int returned = (int)Marshal.OffsetOf<HeapCache>(nameof(HeapCache.Returned));
        int before = (int)Marshal.OffsetOf<HeapCache>(nameof(HeapCache.LargeBytes)) + sizeof(long);
        Assert.That(returned - before, Is.GreaterThanOrEqualTo(Line));
        Assert.That(Unsafe.SizeOf<HeapCache>() - returned, Is.GreaterThanOrEqualTo(2 * Line));
    }

    [Test]
    public void AChunksHeadFitsItsPages() =>
        Assert.That(Unsafe.SizeOf<HeapChunk>(), Is.InRange(((HeapChunk.HeadPages - 1) * HeapChunk.PageSize) + 1, HeapChunk.HeadPages * HeapChunk.PageSize));

    /// <summary>ARM64 gives a process 48 bits, and maps from their top; x64 gives it 47.</summary>
    [Test]
    public unsafe void EveryAddressOfAProcessHasAPlaceInTheMap()
    {
        byte* top = (byte*)(1UL << 48);
        Assert.That(ChunkMap.Covers(top - HeapChunk.Size), Is.True);
        Assert.That(ChunkMap.Covers(top), Is.False);
        Assert.That(ChunkMap.Contains(ChunkMap.Chunks, top - HeapChunk.Size), Is.False);
    }

    private static int OffsetInSpan(string field) => (int)Marshal.OffsetOf<HeapSpan>(field);
}
