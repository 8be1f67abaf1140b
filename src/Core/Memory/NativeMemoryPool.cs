using System.Buffers;

namespace FastCore.Memory;

/// <summary>
/// A pool of buffers on a <see cref="NativeHeap"/>, for what takes a <see cref="MemoryPool{T}"/>: pipes
/// (<c>PipeOptions</c>), transports, one's own code. The buffers lie outside of the collector's reach and do not move, so
/// the kernel can be given them as they are.
/// </summary>
/// <remarks>
/// <para>
/// A rented buffer is an object of its own with one owner's rights: disposing it twice frees nothing twice, and what was rented
/// by another since is not touched. The buffer's memory is pinned for as long as I/O has it (see <see cref="NativeArray{T}"/>,
/// which a rented buffer is).
/// </para>
/// <para>
/// <b>Threads.</b> Any thread may rent, and any may dispose what another has rented.
/// </para>
/// </remarks>
/// <param name="heap">Where the buffers are; the shared heap if null. It must outlive them.</param>
public sealed class NativeMemoryPool(NativeHeap? heap = null) : MemoryPool<byte>
{
    /// <summary>What is rented when no size is asked for: 4 KiB.</summary>
    public const int DefaultBufferSize = 4096;

    private readonly NativeHeap _heap = heap ?? NativeHeap.Shared;

    private bool _isDisposed;

    /// <summary>The pool on the shared heap. Disposing it does nothing.</summary>
    public static new NativeMemoryPool Shared { get; } = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => Array.MaxLength;

    /// <summary>Rents a buffer. What is in it is undefined.</summary>
    /// <param name="minBufferSize">How many bytes at least; -1 for <see cref="DefaultBufferSize"/>.</param>
    /// <returns>The buffer, of at least that size; to be disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is less than -1 or more than <see cref="MaxBufferSize"/>.</exception>
    /// <exception cref="OutOfMemoryException">There is no room.</exception>
    /// <exception cref="ObjectDisposedException">The pool or its heap is disposed.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(minBufferSize, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        int size = minBufferSize < 0 ? DefaultBufferSize : minBufferSize;
        // What the block has more than was asked for is the renter's too.
        if (size <= SizeClasses.Largest) size = SizeClasses.BlockSize(SizeClasses.Of((nuint)size));
        return NativeArray<byte>.Uninitialised(size, _heap);
    }

    /// <summary>No buffer can be rented any more; those that are out stay good.</summary>
    protected override void Dispose(bool disposing)
    {
        if (!ReferenceEquals(this, Shared)) _isDisposed = true;
    }
}
