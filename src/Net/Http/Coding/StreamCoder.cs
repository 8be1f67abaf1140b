using System.Buffers;
using System.Diagnostics;
using System.IO.Compression;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Coding;

/// <summary>
/// Codes a body that is written in pieces, and queues what comes out. Used again from body to body; the platform's encoder in
/// it is not, for it can't be. On the reactor's thread.
/// </summary>
internal sealed class StreamCoder(InputBuffers buffers)
{
    private readonly BlockOutput _output = new(buffers);
    private GZipStream? _gzip;
    private BrotliEncoder _brotli;

    // The encoder may hold bytes that no flush has brought out.
    private bool _isHolding;

    public void Begin(HttpResponseBody body, ContentCoding coding, CompressionLevel level)
    {
        _output.Body = body;
        if (coding == ContentCoding.Brotli) _brotli = new BrotliEncoder(BrotliSettings.QualityOf(level), BrotliSettings.Window);
        else _gzip = new GZipStream(_output, level, leaveOpen: true);
    }

    public void Write(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;
        _isHolding = true;
        if (_gzip != null) _gzip.Write(data);
        else Compress(data, isFinal: false);
    }

    /// <summary>Queues all that was written, so that who reads it can decode it all.</summary>
    public void Flush()
    {
        if (!_isHolding) return;
        _isHolding = false;
        if (_gzip != null) _gzip.Flush();
        else FlushBrotli();
        _output.Queue();
    }

    /// <summary>Queues what is left and the end of the coding.</summary>
    public void Finish()
    {
        if (_gzip != null) _gzip.Dispose();
        else Compress(default, isFinal: true);
        _output.Queue();
    }

    /// <summary>The body has ended, in order or not.</summary>
    public void End()
    {
        // What it writes when it is given up belongs to nobody.
        _output.Body = null;
        _gzip?.Dispose();
        _gzip = null;
        _brotli.Dispose();
        _brotli = default;
        _isHolding = false;
        _output.Clear();
    }

    private void Compress(ReadOnlySpan<byte> data, bool isFinal)
    {
        OperationStatus status;
        int written;
        do
        {
            status = _brotli.Compress(data, _output.Room, out var consumed, out written, isFinal);
            data = data[consumed..];
        }
        while (Brought(status, written));
    }

    private void FlushBrotli()
    {
        OperationStatus status;
        int written;
        do status = _brotli.Flush(_output.Room, out written);
        while (Brought(status, written));
    }

    // True if there is more to come out.
    private bool Brought(OperationStatus status, int written)
    {
        Debug.Assert(status is OperationStatus.Done or OperationStatus.DestinationTooSmall, "An encoder takes any bytes.");
        _output.Advance(written);
        return status == OperationStatus.DestinationTooSmall;
    }

    /// <summary>Blocks that are queued when they are full.</summary>
    private sealed class BlockOutput(InputBuffers buffers) : ForwardStream
    {
        private const int BlockSize = 16 * 1024;

        private byte[]? _block;
        private int _used;

        public HttpResponseBody? Body { get; set; }

        public override bool CanRead => false;
        public override bool CanWrite => true;

        /// <summary>Where the next bytes go; never empty.</summary>
        public Span<byte> Room
        {
            get
            {
                if (_used == BlockSize) Queue();
                _block ??= buffers.Rent(BlockSize);
                return _block.AsSpan(_used, BlockSize - _used);
            }
        }

        public void Advance(int count) => _used += count;

        public void Queue()
        {
            if (_used > 0) Body?.QueueCoded(ref _block, _used);
            _used = 0;
        }

        public void Clear()
        {
            _used = 0;
            if (_block != null) buffers.Return(_block);
            _block = null;
        }

        public override void Write(ReadOnlySpan<byte> data)
        {
            while (!data.IsEmpty && Body != null)
            {
                var room = Room;
                var count = Math.Min(room.Length, data.Length);
                data[..count].CopyTo(room);
                Advance(count);
                data = data[count..];
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
