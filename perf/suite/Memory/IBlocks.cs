using System.Buffers;
using System.Runtime.InteropServices;
using FastCore.Memory;

namespace FastCore.Perf.Memory;

/// <summary>Where blocks come from. A struct, so that asking costs nothing.</summary>
/// <typeparam name="TBlock">How a block is held.</typeparam>
internal interface IBlocks<TBlock>
{
    static abstract TBlock Allocate(int size);

    static abstract void Free(TBlock block);

    /// <summary>The block's first eight bytes, which the bench writes and checks.</summary>
    static abstract ref long Stamp(TBlock block);

    /// <summary>The share of allocations that a thread's own cache served, in percent; null where that is not known.</summary>
    static virtual double? HitPercent => null;
}

/// <summary>Ours.</summary>
internal readonly unsafe struct HeapBlocks : IBlocks<nint>
{
    public static double? HitPercent => 100 * NativeHeap.Shared.GetStatistics().HitRate;

    public static nint Allocate(int size) => (nint)NativeHeap.Shared.AsRaw().Allocate((nuint)size);

    public static void Free(nint block) => NativeHeap.Shared.AsRaw().Free((void*)block);

    public static ref long Stamp(nint block) => ref *(long*)block;
}

/// <summary>The C library's.</summary>
internal readonly unsafe struct LibraryBlocks : IBlocks<nint>
{
    public static nint Allocate(int size) => (nint)NativeMemory.Alloc((nuint)size);

    public static void Free(nint block) => NativeMemory.Free((void*)block);

    public static ref long Stamp(nint block) => ref *(long*)block;
}

/// <summary>Arrays of the shared pool.</summary>
internal readonly struct PooledBlocks : IBlocks<byte[]>
{
    public static byte[] Allocate(int size) => ArrayPool<byte>.Shared.Rent(size);

    public static void Free(byte[] block) => ArrayPool<byte>.Shared.Return(block);

    public static ref long Stamp(byte[] block) => ref ManagedBlocks.StampOf(block);
}

/// <summary>Arrays for the collector.</summary>
internal readonly struct ManagedBlocks : IBlocks<byte[]>
{
    public static byte[] Allocate(int size) => GC.AllocateUninitializedArray<byte>(size);

    public static void Free(byte[] block)
    {
    }

    public static ref long Stamp(byte[] block) => ref StampOf(block);

    internal static ref long StampOf(byte[] block) => ref MemoryMarshal.AsRef<long>(block.AsSpan());
}
