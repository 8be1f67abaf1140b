using System.Numerics;
using System.Runtime.CompilerServices;
using FastCore.Memory.Debugging;

namespace FastCore.Memory;

/// <summary>
/// The pointers of a <see cref="NativeHeap"/>, as <c>malloc</c> and <c>free</c> have them. A block that is used after it was
/// freed, freed twice or written beyond its end breaks the process in the usual ways; a heap made with
/// <see cref="NativeHeapOptions.Debug"/> finds who did it. An address where the heap has no block is refused by every heap; one
/// inside a block, or of a block that is free while others of its size are not, by a heap that debugs alone.
/// </summary>
/// <remarks>Any thread may allocate, and any thread may free what another has allocated.</remarks>
public readonly unsafe struct RawHeap
{
    /// <summary>The largest alignment that can be asked for: 2 MiB.</summary>
    public const int MaxAlignment = 1 << 21;

    private readonly NativeHeap? _heap;

    internal RawHeap(NativeHeap heap) => _heap = heap;

    /// <exception cref="InvalidOperationException">This is the default value, which is of no heap.</exception>
    private NativeHeap Heap => _heap ?? throw new InvalidOperationException("This is the default value. NativeHeap.AsRaw gives one that is of a heap.");

    /// <summary>Allocates a block. What is in it is undefined.</summary>
    /// <param name="size">In bytes. A block of none has an address of its own all the same.</param>
    /// <returns>The block, on a multiple of 16.</returns>
    /// <exception cref="OutOfMemoryException">The system or the heap's limit has no room. Nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The heap is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* Allocate(nuint size) => Heap.Allocate(size);

    /// <summary>Allocates a block of zeros.</summary>
    /// <inheritdoc cref="Allocate"/>
    public void* AllocateZeroed(nuint size) => Heap.AllocateZeroed(size);

    /// <summary>Allocates a block on a multiple of <paramref name="alignment"/>. What is in it is undefined.</summary>
    /// <param name="size">In bytes.</param>
    /// <param name="alignment">A power of two, at most <see cref="MaxAlignment"/>.</param>
    /// <returns>The block.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such alignment.</exception>
    /// <exception cref="OutOfMemoryException">The system or the heap's limit has no room. Nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The heap is disposed.</exception>
    public void* AllocateAligned(nuint size, nuint alignment)
    {
        if (!BitOperations.IsPow2(alignment) || alignment > MaxAlignment)
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, $"An alignment is a power of two of at most {MaxAlignment:N0}.");
        return Heap.AllocateAligned(size, alignment);
    }

    /// <summary>Makes a block larger or smaller: in place where the size it was rounded to allows that, or else by a copy.</summary>
    /// <param name="block">The block, which is not used afterwards; null allocates one.</param>
    /// <param name="size">In bytes.</param>
    /// <returns>The block that has its bytes, on a multiple of 16. What it has beyond them is undefined.</returns>
    /// <exception cref="ArgumentException">It is no block of this heap.</exception>
    /// <exception cref="OutOfMemoryException">There is no room. The block is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The heap is disposed.</exception>
    public void* Reallocate(void* block, nuint size)
    {
        if (block == null) return Heap.Allocate(size);
        nuint has = Heap.SizeOf(block);
        // A block of which less than half would be used is worth the copy.
        if (size <= has && size > has / 2 && !Heap.IsDebug) return block;
        void* moved = Heap.Allocate(size);
        Buffer.MemoryCopy(block, moved, size, Math.Min(has, size));
        Heap.Free(block);
        return moved;
    }

    /// <summary>Frees a block. Null is ignored.</summary>
    /// <param name="block">What an allocation of this heap returned, and has not been freed.</param>
    /// <exception cref="ArgumentException">This heap has no block there, as far as it can tell: see <see cref="RawHeap"/>.</exception>
    /// <exception cref="HeapCorruptionException">The heap debugs, and found what somebody did to it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* block) => Heap.Free(block);

    /// <summary>How many bytes may be used of a block, which may be more than was asked for.</summary>
    /// <exception cref="ArgumentException">It is no address of a block that is out of this heap.</exception>
    public nuint SizeOf(void* block) => Heap.SizeOf(block);
}
