using FastCore.Memory;

namespace FastCore.Tests.Memory;

[TestFixture]
internal sealed class SizeClassesTests
{
    [Test]
    public void EverySizeFitsItsClassAndNoSmallerOne()
    {
        for (int size = 0; size <= SizeClasses.Largest; size++)
        {
            int sizeClass = SizeClasses.Of((nuint)size);
            int block = SizeClasses.BlockSize(sizeClass);
            if (block < size || (sizeClass > 1 && SizeClasses.BlockSize(sizeClass - 1) >= size)) Assert.Fail($"{size} is in class {sizeClass}, of {block}.");
            if (size > 128 && block - size >= block / 8.0) Assert.Fail($"Of {block} bytes for {size} too many are waste.");
        }

        Assert.That(SizeClasses.BlockSize(SizeClasses.Count - 1), Is.EqualTo(SizeClasses.Largest));
    }

    [Test]
    public void ASpanHoldsEightBlocksAndLittleIsLeft()
    {
        for (int sizeClass = 0; sizeClass < SizeClasses.Count; sizeClass++)
        {
            int bytes = SizeClasses.SpanPages(sizeClass) * HeapChunk.PageSize;
            int size = SizeClasses.BlockSize(sizeClass);
            Assert.That(size % 16, Is.Zero);
            Assert.That(bytes / size, Is.InRange(8, (1 << 15) - 1), $"blocks of {size}");
            Assert.That(bytes % size, Is.LessThanOrEqualTo(bytes / 8), $"rest behind the blocks of {size}");
        }
    }

    [Test]
    public void AnAlignedSizeHasBlocksThatAllLieOnIt()
    {
        for (nuint alignment = 16; alignment <= HeapChunk.PageSize; alignment *= 2)
        {
            for (nuint size = 0; size <= SizeClasses.Largest; size += 7)
            {
                int sizeClass = SizeClasses.Of(size, alignment);
                if (sizeClass < 0) continue;
                nuint block = (nuint)SizeClasses.BlockSize(sizeClass);
                if (block < size || block % alignment != 0) Assert.Fail($"{size} on {alignment}: blocks of {block}.");
            }
        }
    }
}
