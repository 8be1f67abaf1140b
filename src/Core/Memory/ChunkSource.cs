using System.Runtime.InteropServices;

namespace FastCore.Memory;

/// <summary>
/// Where all heaps of the process get their chunks and give them back to. An address that was once a chunk stays one: its
/// memory goes back to the system, the address is kept for the next heap. So whoever still holds a span over memory that has
/// been freed reads zeros or another's bytes, as with any pool, and never faults.
/// </summary>
/// <remarks>mmap(2) and madvise(2) on Linux. Elsewhere chunks come from the C library, and their memory stays with the process.</remarks>
internal static unsafe partial class ChunkSource
{
    private const int ReadWrite = 3;

    private const int PrivateAnonymousNoReserve = 0x4022;

    private const int DontNeed = 4;

    private static readonly Lock Gate = new();

    /// <summary>Runs of chunks that no heap has: their addresses, with how many chunks they have. Neighbours are one run.</summary>
    private static readonly SortedList<nuint, int> Free = [];

    /// <summary>Whether memory can go back to the system while its address is kept.</summary>
    internal static bool CanReturnMemory => OperatingSystem.IsLinux();

    /// <summary>Takes a run of chunks.</summary>
    /// <param name="chunks">How many.</param>
    /// <param name="isZero">Whether all of it is zero.</param>
    /// <returns>Its address, a multiple of a chunk's size; null if the system has no memory left.</returns>
    internal static byte* Take(int chunks, out bool isZero)
    {
        isZero = CanReturnMemory;
        lock (Gate)
        {
            for (int i = 0; i < Free.Count; i++)
            {
                if (Free.Values[i] < chunks) continue;
                nuint found = Free.Keys[i];
                int rest = Free.Values[i] - chunks;
                Free.RemoveAt(i);
                if (rest > 0) Free.Add(found + Bytes(chunks), rest);
                return (byte*)found;
            }
        }

        return CanReturnMemory ? Map(chunks) : Allocate(chunks);
    }

    /// <summary>Gives a run of chunks back, and its memory to the system.</summary>
    internal static void Give(byte* address, int chunks)
    {
        // Whoever takes it next is told that it is zero.
        if (CanReturnMemory && !TryReturnMemory(address, Bytes(chunks))) NativeMemory.Clear(address, Bytes(chunks));
        lock (Gate)
        {
            nuint start = (nuint)address;
            if (Free.Remove(start + Bytes(chunks), out int after)) chunks += after;
            int before = LastBefore(start);
            if (before >= 0 && Free.Keys[before] + Bytes(Free.Values[before]) == start)
                Free.SetValueAtIndex(before, Free.Values[before] + chunks);
            else
                Free.Add(start, chunks);
        }
    }

    /// <summary>Where memory can go back: what is read there afterwards is zero, and takes no memory until it is written.</summary>
    /// <returns>False where some of it is locked (mlock(2), mlockall(2)): that keeps its memory and what is in it.</returns>
    internal static bool TryReturnMemory(byte* address, nuint bytes) => Advise(address, bytes, DontNeed) == 0;

    private static nuint Bytes(int chunks) => (nuint)chunks << HeapChunk.SizeBits;

    private static int LastBefore(nuint start)
    {
        int low = 0;
        int high = Free.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Free.Keys[middle] < start) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    /// <summary>Maps one chunk more than is asked for and gives back what lies before and behind the multiple of a chunk's size.</summary>
    private static byte* Map(int chunks)
    {
        nuint wanted = Bytes(chunks);
        nuint mapped = wanted + HeapChunk.Size;
        nint address = MMap(0, mapped, ReadWrite, PrivateAnonymousNoReserve, -1, 0);
        if (address == -1) return null;
        nuint start = ((nuint)address + HeapChunk.Size - 1) & ~((nuint)HeapChunk.Size - 1);
        nuint before = start - (nuint)address;
        if (before > 0) _ = MUnmap(address, before);
        _ = MUnmap((nint)(start + wanted), HeapChunk.Size - before);
        if (ChunkMap.Covers((byte*)start + wanted - 1)) return (byte*)start;
        _ = MUnmap((nint)start, wanted);
        return null;
    }

    private static byte* Allocate(int chunks)
    {
        try
        {
            return (byte*)NativeMemory.AlignedAlloc(Bytes(chunks), HeapChunk.Size);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
