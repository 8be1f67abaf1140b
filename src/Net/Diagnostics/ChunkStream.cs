using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace FastCore.Net.Diagnostics;

/// <summary>
/// Writes to a client in pieces, each with its length before it (int32, little-endian), the last of which is empty: so a client knows
/// an answer that was cut off from one that is whole, and nobody has to hold all of it.
/// </summary>
/// <remarks>By one thread. A client that takes too long ends it with a <see cref="SocketException"/>.</remarks>
internal sealed class ChunkStream(Socket client, TimeSpan limit) : Stream
{
    private const int Prefix = sizeof(int);
    private const int MostInChunk = 64 * 1024;

    private readonly byte[] _buffer = new byte[Prefix + MostInChunk];
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, MostInChunk - _length);
            buffer[..count].CopyTo(_buffer.AsSpan(Prefix + _length));
            _length += count;
            buffer = buffer[count..];
            if (_length == MostInChunk) SendChunk();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Says that this was all.</summary>
    public void Complete()
    {
        Flush();
        SendChunk();
    }

    public override void Flush()
    {
        if (_length > 0) SendChunk();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void SendChunk()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, _length);
        for (var rest = _buffer.AsSpan(0, Prefix + _length); !rest.IsEmpty;)
        {
            if (Stopwatch.GetElapsedTime(_start) > limit) throw new SocketException((int)SocketError.TimedOut);
            rest = rest[client.Send(rest)..];
        }
        _length = 0;
    }
}
