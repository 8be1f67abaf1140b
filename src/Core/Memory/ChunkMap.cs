using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastCore.Memory;

/// <summary>
/// Which addresses begin a heap's chunk: a byte for each multiple of a chunk's size below 2^48, which is where processes live
/// (on x64 below 2^47). So an address that is nobody's block is refused before anything is read there.
/// </summary>
/// <remarks>
/// 64 MiB of address space, of which a page takes memory for each 16 GiB that hold chunks. Bytes are written whole and change
/// only while nobody holds a block of the chunk, so a reader with a block of its own always finds it.
/// </remarks>
internal static unsafe class ChunkMap
{
    private const int AddressBits = 48;

    private const int Length = 1 << (AddressBits - HeapChunk.SizeBits);

    /// <summary>The map; it lives as long as the process.</summary>
    internal static byte* Chunks { get; } = (byte*)NativeMemory.AllocZeroed(Length);

    /// <summary>Whether the address is in the first chunk of a run that a heap has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Contains(byte* chunks, void* address)
    {
        nuint place = (nuint)address >> HeapChunk.SizeBits;
        return place < Length && chunks[place] != 0;
    }

    /// <summary>Whether the address has a place in the map.</summary>
    internal static bool Covers(void* address) => (nuint)address >> HeapChunk.SizeBits < Length;

    internal static void Set(HeapChunk* chunk, bool value) =>
        Volatile.Write(ref Chunks[(nuint)chunk >> HeapChunk.SizeBits], value ? (byte)1 : (byte)0);
}
