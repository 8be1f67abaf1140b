using System.Runtime.InteropServices;
using FastCore.Net.Transport.Native;
using static FastCore.Net.Transport.Uring.UringConstants;

namespace FastCore.Net.Transport.Uring;

/// <summary>
/// Receive buffers given to the kernel in a ring (io_uring_register_buf_ring(3)): it takes one when data arrives, so a
/// connection that waits holds none.
/// </summary>
/// <remarks>
/// Invariant: each buffer is either in the ring or named by one completion not yet recycled. The tail is written with
/// release after the entry. Pages of buffers that were never used are never resident.
/// </remarks>
internal sealed unsafe class UringBufferRing : IDisposable
{
    public const ushort Group = 1;

    private readonly BufferRingEntry* _entries;
    private readonly byte* _buffers;
    private readonly int _count;
    private readonly int _size;
    private readonly nuint _ringLength;
    private ushort _tail;

    private UringBufferRing(BufferRingEntry* entries, nuint ringLength, int count, int size)
    {
        _entries = entries;
        _ringLength = ringLength;
        _count = count;
        _size = size;
        _buffers = (byte*)NativeMemory.AlignedAlloc((nuint)count * (nuint)size, 4096);
        for (var i = 0; i < count; i++) Recycle(i);
    }

    public static UringBufferRing? TryCreate(UringRing ring, int count, int size, out int error)
    {
        const int ReadWrite = 3, PrivateAnonymous = 0x22;
        var length = (nuint)(count * sizeof(BufferRingEntry) + 4095) & ~(nuint)4095;
        var entries = LibC.Map(null, length, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)entries == -1)
        {
            error = LibC.LastError;
            return null;
        }
        var registration = new BufferRingRegistration { RingAddress = (ulong)entries, RingEntries = (uint)count, Group = Group };
        error = ring.Register(RegisterBufferRing, &registration, 1);
        if (error == 0) return new UringBufferRing((BufferRingEntry*)entries, length, count, size);
        _ = LibC.Unmap(entries, length);
        return null;
    }

    public byte* this[int buffer] => _buffers + (nint)buffer * _size;

    public void Recycle(int buffer)
    {
        ref var entry = ref _entries[_tail & (_count - 1)];
        entry.Address = (ulong)this[buffer];
        entry.Length = (uint)_size;
        entry.Buffer = (ushort)buffer;
        Volatile.Write(ref _entries[0].Tail, ++_tail);
    }

    /// <summary>Only after the ring that it is registered with is gone.</summary>
    public void Dispose()
    {
        _ = LibC.Unmap(_entries, _ringLength);
        NativeMemory.AlignedFree(_buffers);
    }
}
