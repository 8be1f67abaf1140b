using System.Runtime.InteropServices;

namespace FastCore.Net.Transport;

/// <summary>
/// The memory one reactor has out for sending: native blocks of one size, handed out last-in first-out so that the warm ones are used again and the
/// cold ones are given back. One thread only.
/// </summary>
internal sealed unsafe class SendMemory : IDisposable
{
    public const int BlockSize = 4096;

    private readonly nint[] _free;
    private int _freeCount;

    public SendMemory(int keep) => _free = new nint[keep];

    /// <summary>Blocks leased and not returned.</summary>
    public int Leased { get; private set; }

    /// <summary>Bytes that were written into blocks, and not sent from where they lay; kept by <see cref="SendQueue"/>.</summary>
    public long Copied { get; set; }

    /// <summary>Ranges of the caller's memory pinned and not released; kept by <see cref="SendQueue"/>.</summary>
    public int Pinned { get; set; }

    /// <summary>Parts of files queued and not released; kept by <see cref="SendQueue"/>.</summary>
    public int Files { get; set; }

    /// <summary>A block of at least <paramref name="size"/> bytes: <see cref="BlockSize"/>, or exactly what is asked for when that is more.</summary>
    public byte* Rent(int size)
    {
        Leased++;
        if (size <= BlockSize && _freeCount > 0) return (byte*)_free[--_freeCount];
        return (byte*)NativeMemory.Alloc((nuint)Math.Max(size, BlockSize));
    }

    public void Return(byte* block, int size)
    {
        Leased--;
        if (size == BlockSize && _freeCount < _free.Length) _free[_freeCount++] = (nint)block;
        else NativeMemory.Free(block);
    }

    public void Dispose()
    {
        while (_freeCount > 0) NativeMemory.Free((void*)_free[--_freeCount]);
    }
}
