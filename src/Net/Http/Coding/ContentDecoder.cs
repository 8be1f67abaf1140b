using System.Buffers;
using System.IO.Compression;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Coding;

/// <summary>
/// Decodes a request's body that comes in pieces, within limits. Used again from body to body; the platform's decoder in it
/// is not. One thread at a time.
/// </summary>
/// <remarks>
/// It is fed when <see cref="Read"/> has nothing more to give, and not before. The platform's decoders of gzip and zlib pull their
/// input from a stream, and say neither that they have come to their end nor that it is missing. Both show by whether they
/// ask that stream for more (<see cref="Finish"/>). That of zlib takes all there is and looks at nothing behind its end, so the last byte that came is
/// held back: had it ended without it, the byte would be one too many.
/// </remarks>
internal sealed class ContentDecoder(HttpRequestDecodingOptions options)
{
    /// <summary>Bytes that it is fed at most at once.</summary>
    public const int MaxFeed = 4096;

    // Below, a high ratio is no danger, and short bodies have it by their nature.
    private const int RatioFrom = 64 * 1024;

    // No byte that a coding which was cut by one could end with: the last of gzip is the highest of a length.
    private const byte Sentinel = 0xFF;

    private readonly FeedStream _feed = new();
    private ContentCoding _coding;
    private Stream? _inflater;
    private BrotliDecoder _brotli;
    private bool _isBrotliDone;
    private bool _isFinished;
    private long _given;

    /// <summary>Bytes of the body that were taken, still coded.</summary>
    public long Taken { get; private set; }

    public void Begin(ContentCoding coding)
    {
        _coding = coding;
        _inflater = coding switch
        {
            ContentCoding.Gzip => new GZipStream(_feed, CompressionMode.Decompress, leaveOpen: true),
            ContentCoding.Deflate => new ZLibStream(_feed, CompressionMode.Decompress, leaveOpen: true),
            _ => null,
        };
        _brotli = default;
        _isBrotliDone = _isFinished = false;
        _given = Taken = 0;
    }

    /// <summary>Gives it the next bytes, at most <see cref="MaxFeed"/>.</summary>
    public Rejection Feed(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return default;
        // It has come to its end, and looks at nothing more.
        if (!_feed.Left.IsEmpty) return Broken;
        if (Taken == 0 && _coding == ContentCoding.Brotli && WindowBits(data[0]) > options.MaxWindowBits) return new Rejection(413, "The window of the body's coding is too large.");
        if (_coding == ContentCoding.Deflate) _feed.SetHoldingLast(data);
        else _feed.Set(data);
        Taken += data.Length;
        return default;
    }

    /// <summary>Decodes what it has been fed.</summary>
    /// <param name="output">Where it goes; not empty.</param>
    /// <param name="count">How many bytes; zero if it must be fed first.</param>
    /// <returns>Why the body is refused, or nothing.</returns>
    public Rejection Read(Span<byte> output, out int count)
    {
        count = 0;
        if (_isFinished) return default;
        try
        {
            count = _coding == ContentCoding.Brotli ? ReadBrotli(output) : _inflater!.Read(output);
        }
        catch (Exception broken) when (IsOfDecoder(broken))
        {
            return Broken;
        }
        _given += count;
        if (_given > options.MaxDecodedSize) return new Rejection(413, "The request's body is too large when it is decoded.");
        if (_given > RatioFrom && _given / options.MaxRatio > Taken) return new Rejection(413, "The request's body grows too much when it is decoded.");
        return default;
    }

    /// <summary>The body has ended and all that it gave has been read. Whether the coding has ended too.</summary>
    public Rejection Finish()
    {
        // Nothing at all is no coding, and has been left so by who had nothing to code.
        if (_isFinished || Taken == 0) return default;
        _isFinished = true;
        if (_coding == ContentCoding.Brotli) return _isBrotliDone ? default : Cut;
        if (!_feed.Left.IsEmpty) return Broken;
        try
        {
            Span<byte> none = stackalloc byte[1];
            if (_coding == ContentCoding.Deflate)
            {
                _feed.WasEmpty = false;
                if (_inflater!.Read(none) > 0) return Cut;
                if (!_feed.WasEmpty) return Broken;
                _feed.ReleaseLast();
            }
            else
            {
                // Behind its end, that of gzip looks whether another member begins.
                _feed.Set([Sentinel]);
            }
            _feed.WasEmpty = false;
            if (_inflater!.Read(none) > 0 || _feed.WasEmpty) return Cut;
        }
        catch (Exception broken) when (IsOfDecoder(broken))
        {
            return Cut;
        }
        // Not even looked at: other bytes lie before it.
        return _feed.Left.IsEmpty ? default : Broken;
    }

    public void End()
    {
        _inflater?.Dispose();
        _inflater = null;
        _brotli.Dispose();
        _brotli = default;
        _feed.Clear();
    }

    // What it does not expect of a stream, such as a dictionary that nobody has agreed on, the platform's decoder tells by an IOException of its own.
    private static bool IsOfDecoder(Exception failure) => failure is InvalidDataException or IOException;

    private static Rejection Broken => Rejection.BadRequest("The request's body is not coded as its Content-Encoding says.");

    private static Rejection Cut => Rejection.BadRequest("The request's body ended before its coding did.");

    private int ReadBrotli(Span<byte> output)
    {
        if (_feed.Left.IsEmpty && (_isBrotliDone || Taken == 0)) return 0;
        if (_isBrotliDone) throw new InvalidDataException();
        var status = _brotli.Decompress(_feed.Left, output, out var consumed, out var written);
        _feed.Skip(consumed);
        _isBrotliDone = status == OperationStatus.Done;
        if (status == OperationStatus.InvalidData || (_isBrotliDone && !_feed.Left.IsEmpty)) throw new InvalidDataException();
        return written;
    }

    // How the first byte says it (RFC 7932 §9.1). What it may not say is found by the decoder.
    private static int WindowBits(byte first)
    {
        if ((first & 1) == 0) return 16;
        if (((first >> 1) & 7) is not 0 and var large) return 17 + large;
        return ((first >> 4) & 7) is not 0 and var small ? 8 + small : 17;
    }

    /// <summary>What the decoders of the platform read from.</summary>
    private sealed class FeedStream : ForwardStream
    {
        private const int None = -1;

        private readonly byte[] _data = new byte[MaxFeed];
        private int _start;
        private int _end;
        private int _last = None;

        public ReadOnlySpan<byte> Left => _data.AsSpan(_start, _end - _start);

        /// <summary>It was asked for more than it had.</summary>
        public bool WasEmpty { get; set; }

        public override bool CanRead => true;
        public override bool CanWrite => false;

        public void Set(ReadOnlySpan<byte> data)
        {
            data.CopyTo(_data);
            (_start, _end) = (0, data.Length);
        }

        /// <summary>Gives what was held back and, of these, all but the last.</summary>
        public void SetHoldingLast(ReadOnlySpan<byte> data)
        {
            var start = _last == None ? 0 : 1;
            if (start == 1) _data[0] = (byte)_last;
            data[..^1].CopyTo(_data.AsSpan(start));
            (_start, _end, _last) = (0, start + data.Length - 1, data[^1]);
        }

        public void ReleaseLast()
        {
            _data[0] = (byte)_last;
            (_start, _end, _last) = (0, 1, None);
        }

        public void Clear() => (_start, _end, _last) = (0, 0, None);

        public void Skip(int count) => _start += count;

        public override int Read(Span<byte> buffer)
        {
            WasEmpty |= Left.IsEmpty;
            var count = Math.Min(buffer.Length, Left.Length);
            Left[..count].CopyTo(buffer);
            Skip(count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
