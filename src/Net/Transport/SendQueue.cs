using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Transport;

/// <summary>
/// What a connection still has to send, in order: ranges of native blocks for bytes written into it, pinned ranges for
/// memory the caller keeps, arrays that were given away and go back to their owner, and parts of open files. One thread only; one
/// send in flight at most.
/// </summary>
/// <remarks>
/// Invariant: segments [_head, _tail) are unsent or in flight, in order. The block being filled (_block) is freed when
/// it is replaced and the last segment in it has been sent, or when the queue drains. Bytes before _blockUsed are never
/// written again, so appending beside a send in flight is safe; the kernel reads only below the length it was given.
/// </remarks>
internal sealed unsafe class SendQueue
{
    /// <summary>No send waits.</summary>
    public const long NotStarted = long.MaxValue;

    private const int MaxVectors = 64;

    // Of a file the kernel takes all there is room for, at once: with many at a time the others on the reactor would wait for all of them.
    private const int MaxFileAtATime = 256 * 1024;

    private struct Segment
    {
        public byte* Pointer;
        public int Length;

        // The block to return once this segment is sent: set on the last segment of a block that is full.
        public byte* Block;
        public int BlockSize;
        public MemoryHandle Pin;
        public bool IsPinned;

        // The array the segment lies in, and who gets it back once this segment is sent.
        public byte[]? Array;
        public IArrayOwner? Owner;

        // The file it is a part of, held until it is sent, and where in the file; then Pointer is null.
        public OpenFile? File;
        public long Offset;
    }

    private readonly SendMemory _memory;
    private Segment[] _segments = new Segment[4];
    private int _head;
    private int _tail;

    private byte* _block;
    private int _blockSize;
    private int _blockUsed;

    // Index of the last segment that lies in _block; below _head or -1 if none is queued.
    private int _lastInBlock = -1;

    // msghdr followed by MaxVectors iovecs; allocated when a send first needs more than one range.
    private MessageHeader* _message;

    public SendQueue(SendMemory memory) => _memory = memory;

    /// <summary>When the send in flight, or the one it goes on from, first had to wait, in milliseconds; the reactor's.</summary>
    public long Started { get; set; } = NotStarted;

    /// <summary>When the peer will have taken what is sent too slowly (<see cref="SendPace"/>); the reactor's.</summary>
    public long Due { get; set; } = SendPace.Never;

    /// <summary>Bytes not yet taken by the kernel.</summary>
    public long Queued { get; private set; }

    /// <summary>The next range to be sent; empty if there is none. Good until <see cref="Sent"/>.</summary>
    public ReadOnlySpan<byte> First => _head < _tail ? new ReadOnlySpan<byte>(_segments[_head].Pointer, _segments[_head].Length) : default;

    public Span<byte> GetSpan(int sizeHint)
    {
        if (sizeHint > _blockSize - _blockUsed) NewBlock(sizeHint);
        return new Span<byte>(_block + _blockUsed, _blockSize - _blockUsed);
    }

    public void Advance(int count)
    {
        if ((uint)count > (uint)(_blockSize - _blockUsed)) throw new ArgumentOutOfRangeException(nameof(count));
        if (count == 0) return;
        if (_lastInBlock == _tail - 1 && _lastInBlock >= _head && _segments[_lastInBlock] is { IsPinned: false, Owner: null })
        {
            _segments[_lastInBlock].Length += count;
        }
        else
        {
            ref var segment = ref Add();
            segment.Pointer = _block + _blockUsed;
            segment.Length = count;
            _lastInBlock = _tail - 1;
        }
        _blockUsed += count;
        _memory.Copied += count;
        Queued += count;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var room = GetSpan(Math.Min(data.Length, SendMemory.BlockSize));
            var count = Math.Min(room.Length, data.Length);
            data[..count].CopyTo(room);
            Advance(count);
            data = data[count..];
        }
    }

    public void AppendPinned(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty) return;
        ref var segment = ref Add();
        segment.Pin = data.Pin();
        segment.Pointer = (byte*)segment.Pin.Pointer;
        segment.Length = data.Length;
        segment.IsPinned = true;
        _memory.Pinned++;
        Queued += data.Length;
    }

    /// <summary>Queues the start of an array on the pinned heap, which <paramref name="owner"/> gets back when it has been sent.</summary>
    public void AppendOwned(byte[] array, int length, IArrayOwner owner)
    {
        Debug.Assert(length > 0 && length <= array.Length, "An empty array is not sent.");
        ref var segment = ref Add();
        segment.Pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        segment.Length = length;
        segment.Array = array;
        segment.Owner = owner;
        Queued += length;
    }

    /// <summary>Queues a part of a file, and takes over a hold on it.</summary>
    public void AppendFile(OpenFile file, long offset, int length)
    {
        Debug.Assert(length > 0, "An empty part is not sent.");
        ref var segment = ref Add();
        segment.File = file;
        segment.Offset = offset;
        segment.Length = length;
        _memory.Files++;
        Queued += length;
    }

    /// <summary>Whether a file is in what is named to the engine next.</summary>
    public bool IsFileNext
    {
        get
        {
            for (var i = _head; i < Math.Min(_tail, _head + MaxVectors); i++)
            {
                if (_segments[i].File != null) return true;
            }
            return false;
        }
    }

    /// <summary>Names what is queued to the engine and sends it. Returns what <see cref="IEngine.Send"/> returns.</summary>
    public int Submit<TEngine>(ref TEngine engine, ulong tag, int handle) where TEngine : struct, IEngine
    {
        Debug.Assert(_head < _tail, "An empty queue has nothing to submit.");
        ref var first = ref _segments[_head];
        if (first.File != null) return engine.SendFile(tag, handle, null, first.File.Descriptor, first.Offset, Math.Min(first.Length, MaxFileAtATime));
        if (_tail - _head == 1) return engine.Send(tag, handle, first.Pointer, first.Length);

        if (_message == null)
            _message = (MessageHeader*)NativeMemory.AllocZeroed((nuint)(sizeof(MessageHeader) + MaxVectors * sizeof(IoVector)));
        var vectors = (IoVector*)(_message + 1);
        var count = Math.Min(_tail - _head, MaxVectors);
        _message->Vectors = vectors;
        for (var i = 0; i < count; i++)
        {
            ref var segment = ref _segments[_head + i];
            if (segment.File != null)
            {
                _message->VectorCount = (nuint)i;
                return engine.SendFile(tag, handle, _message, segment.File.Descriptor, segment.Offset, Math.Min(segment.Length, MaxFileAtATime));
            }
            vectors[i].Base = segment.Pointer;
            vectors[i].Length = (nuint)segment.Length;
        }
        _message->VectorCount = (nuint)count;
        return engine.SendVector(tag, handle, _message);
    }

    /// <summary>The kernel, or a layer above it, has taken the first <paramref name="count"/> bytes.</summary>
    public void Sent(int count)
    {
        Queued -= count;
        while (count > 0)
        {
            ref var segment = ref _segments[_head];
            if (count < segment.Length)
            {
                if (segment.File == null) segment.Pointer += count;
                else segment.Offset += count;
                segment.Length -= count;
                return;
            }
            count -= segment.Length;
            Release(ref segment);
            _head++;
        }
        if (_head == _tail)
        {
            Debug.Assert(Queued == 0, "A queue without segments holds no bytes.");
            _head = _tail = 0;
            _lastInBlock = -1;
        }
    }

    /// <summary>Drops everything. Only when nothing of it is in flight.</summary>
    public void Clear()
    {
        for (; _head < _tail; _head++) Release(ref _segments[_head]);
        _head = _tail = 0;
        _lastInBlock = -1;
        Queued = 0;
        Started = NotStarted;
        Due = SendPace.Never;
        ReturnBlock();
    }

    public void Free()
    {
        Clear();
        NativeMemory.Free(_message);
        _message = null;
    }

    private void Release(ref Segment segment)
    {
        if (segment.IsPinned)
        {
            segment.Pin.Dispose();
            _memory.Pinned--;
        }
        segment.Owner?.Return(segment.Array!);
        if (segment.File != null)
        {
            segment.File.Release();
            _memory.Files--;
        }
        if (segment.Block != null) _memory.Return(segment.Block, segment.BlockSize);
        segment = default;
    }

    private ref Segment Add()
    {
        if (_tail == _segments.Length) MakeRoom();
        return ref _segments[_tail++];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom()
    {
        var live = _tail - _head;
        var target = live > _segments.Length / 2 ? new Segment[_segments.Length * 2] : _segments;
        Array.Copy(_segments, _head, target, 0, live);
        if (target == _segments) Array.Clear(_segments, live, _tail - live);
        _segments = target;
        _lastInBlock -= _head;
        _head = 0;
        _tail = live;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NewBlock(int size)
    {
        ReturnBlock();
        _blockSize = Math.Max(size, SendMemory.BlockSize);
        _block = _memory.Rent(_blockSize);
        _blockUsed = 0;
    }

    private void ReturnBlock()
    {
        if (_block == null) return;
        if (_lastInBlock >= _head && _lastInBlock < _tail)
        {
            _segments[_lastInBlock].Block = _block;
            _segments[_lastInBlock].BlockSize = _blockSize;
        }
        else
        {
            _memory.Return(_block, _blockSize);
        }
        _block = null;
        _blockSize = _blockUsed = 0;
        _lastInBlock = -1;
    }
}
