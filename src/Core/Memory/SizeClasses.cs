using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastCore.Memory;

/// <summary>
/// The sizes that small blocks are rounded up to: multiples of 16 up to 128 bytes, then eight to each doubling, so that above
/// 128 bytes less than an eighth of a block is waste.
/// </summary>
internal static class SizeClasses
{
    /// <summary>How many there are. Class 0 is that of nothing: a block of no bytes is one of 16, with an address of its own.</summary>
    internal const int Count = 73;

    /// <summary>The largest small block.</summary>
    internal const int Largest = 32 * 1024;

    private const int LinearTop = 128;

    private const int Linear = LinearTop / 16;

    /// <param name="size">At most <see cref="Largest"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Of(nuint size)
    {
        if (size <= LinearTop) return (int)((uint)size + 15) >> 4;
        uint last = (uint)size - 1;
        int doubling = BitOperations.Log2(last);
        return Linear + 1 + ((doubling - 7) * 8) + (int)((last >> (doubling - 3)) & 7);
    }

    internal static int BlockSize(int sizeClass)
    {
        if (sizeClass <= Linear) return Math.Max(1, sizeClass) * 16;
        (int doubling, int step) = Math.DivRem(sizeClass - Linear - 1, 8);
        return (LinearTop << doubling) + ((step + 1) * ((LinearTop / 8) << doubling));
    }

    /// <summary>How many pages a span of the class has: enough for eight blocks at least, so that the last block's rest is little.</summary>
    internal static int SpanPages(int sizeClass) => BlockSize(sizeClass) switch
    {
        <= 4096 => 8,
        <= 8192 => 16,
        <= 16384 => 24,
        _ => 32,
    };

    /// <summary>The class of the smallest blocks that hold the size and all lie on multiples of the alignment; -1 if there is none.</summary>
    /// <param name="size">Any.</param>
    /// <param name="alignment">A power of two, at most a page.</param>
    internal static int Of(nuint size, nuint alignment)
    {
        // First: with the alignment added to it, the size might come round.
        if (size > Largest) return -1;

        // A span begins on a page, so a block lies on a multiple of whatever its size and a page are multiples of.
        nuint rounded = (Math.Max(size, 1) + alignment - 1) & ~(alignment - 1);
        if (rounded > Largest) return -1;
        int sizeClass = Of(rounded);
        while (sizeClass < Count && (BlockSize(sizeClass) & (int)(alignment - 1)) != 0) sizeClass++;
        return sizeClass < Count ? sizeClass : -1;
    }
}
