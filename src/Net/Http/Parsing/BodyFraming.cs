using System.Diagnostics;

namespace FastCore.Net.Http.Parsing;

/// <summary>
/// Finds a request's body in the bytes that follow its head: by Content-Length, or by the chunked coding (RFC 9112 §7.1)
/// read as narrowly as the grammar allows. A state per byte of framing, so segments may be cut anywhere.
/// </summary>
/// <remarks>
/// Chunk extensions are refused: nobody uses them, and servers that skip them have each skipped something else
/// (CVE-2025-55315 and its kin). Trailer fields are checked, counted and kept apart.
/// </remarks>
internal struct BodyFraming
{
    private enum State : byte
    {
        Done,

        // Everything up to the connection's end: another protocol has taken over.
        Raw,

        // By Content-Length: _left bytes to come.
        Plain,

        FirstSizeDigit,
        SizeDigit,
        SizeLineFeed,
        ChunkData,
        ChunkCarriageReturn,
        ChunkLineFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLineFeed,
        LastLineFeed,
    }

    private const int MaxSizeDigits = 16;

    private State _state;
    private int _sizeDigits;
    private int _trailerBytes;
    private int _trailerCount;
    private long _left;
    private TrailerFields? _trailers;

    /// <summary>The trailer fields, or null if there are none.</summary>
    public readonly TrailerFields? Trailers => _trailers;

    public readonly bool IsDone => _state == State.Done;

    public readonly bool IsChunked => _state > State.Plain;

    public readonly bool IsRaw => _state == State.Raw;

    /// <summary>Bytes that are known to come: of the body, or of the present chunk once its size has been read.</summary>
    public readonly long Left => _state is State.Plain or State.ChunkData ? _left : 0;

    public static BodyFraming Of(RequestHead head) => Of(head.IsChunked, head.ContentLength);

    /// <summary>In chunks, or of a length; a negative length is none.</summary>
    public static BodyFraming Of(bool isChunked, long length) => new()
    {
        _state = isChunked ? State.FirstSizeDigit : length > 0 ? State.Plain : State.Done,
        _left = isChunked ? 0 : Math.Max(0, length),
    };

    /// <summary>What follows belongs to another protocol, to the connection's end.</summary>
    public static BodyFraming UntilEnd => new() { _state = State.Raw };

    /// <summary>
    /// Reads until the next run of the body's bytes, the body's end, the end of <paramref name="input"/> or a fault.
    /// </summary>
    /// <param name="input">What has arrived.</param>
    /// <param name="maxData">Bytes the caller can take.</param>
    /// <param name="limits">The trailer fields are held to those of the header fields.</param>
    /// <param name="consumed">How much of the input is used, <paramref name="data"/> included.</param>
    /// <param name="data">The body's bytes, a part of the input; empty if there are none.</param>
    /// <returns>Why the body is refused, or nothing.</returns>
    public Rejection Read(ReadOnlySpan<byte> input, int maxData, ParseLimits limits, out int consumed, out ReadOnlySpan<byte> data)
    {
        data = default;
        for (consumed = 0; consumed < input.Length && _state != State.Done;)
        {
            if (_state == State.Raw)
            {
                data = input[..Math.Min(input.Length, maxData)];
                consumed = data.Length;
                return default;
            }
            if (_state is State.Plain or State.ChunkData)
            {
                var count = (int)Math.Min(Math.Min(input.Length - consumed, maxData), _left);
                data = input.Slice(consumed, count);
                consumed += count;
                _left -= count;
                if (_left == 0) _state = _state == State.Plain ? State.Done : State.ChunkCarriageReturn;
                return default;
            }
            var rejection = ReadFraming(input[consumed++], limits);
            if (!rejection.IsNone) return rejection;
        }
        return default;
    }

    private Rejection ReadFraming(byte next, ParseLimits limits)
    {
        switch (_state)
        {
            case State.FirstSizeDigit:
            case State.SizeDigit when next != '\r':
                return ReadSizeDigit(next);
            case State.SizeDigit:
                _state = State.SizeLineFeed;
                return default;
            case State.SizeLineFeed:
                return Expect(next, '\n', _left == 0 ? State.TrailerStart : State.ChunkData, "A chunk's size must be followed by CRLF.");
            case State.ChunkCarriageReturn:
                return Expect(next, '\r', State.ChunkLineFeed, "A chunk's data must be followed by CRLF.");
            case State.ChunkLineFeed:
                return Expect(next, '\n', State.FirstSizeDigit, "A chunk's data must be followed by CRLF.");
            default:
                return ReadTrailer(next, limits);
        }
    }

    private Rejection ReadSizeDigit(byte next)
    {
        if (!char.IsAsciiHexDigit((char)next)) return Rejection.BadRequest("A chunk's size must be made of hexadecimal digits alone; chunk extensions are not accepted.");
        if (_state == State.FirstSizeDigit)
        {
            _left = 0;
            _sizeDigits = 0;
            _state = State.SizeDigit;
        }
        if (++_sizeDigits > MaxSizeDigits || _left > long.MaxValue >> 4) return Rejection.BadRequest("A chunk's size is too large.");
        _left = _left << 4 | (uint)(next <= '9' ? next - '0' : (next | 0x20) - 'a' + 10);
        return default;
    }

    private Rejection ReadTrailer(byte next, ParseLimits limits)
    {
        if (++_trailerBytes > limits.Fields) return new Rejection(431, "The trailer fields are too large.");
        switch (_state)
        {
            case State.TrailerStart when next == '\r':
                _state = State.LastLineFeed;
                return default;
            case State.TrailerStart:
                if (_trailerCount++ == limits.FieldCount) return new Rejection(431, "There are too many trailer fields.");
                _state = State.TrailerName;
                (_trailers ??= new TrailerFields()).Begin(next);
                return HttpCharacters.Token.Contains(next) ? default : Rejection.BadRequest("A trailer line must begin with its name.");
            case State.TrailerName:
                if (next == ':') BeginTrailerValue();
                else if (HttpCharacters.Token.Contains(next)) _trailers!.Append(next);
                else return Rejection.BadRequest("A trailer's name must be a token directly followed by a colon.");
                return default;
            case State.TrailerValue:
                if (next == '\r') EndTrailerValue();
                else if (!HttpCharacters.ControlExceptTab.Contains(next)) _trailers!.Append(next);
                else return Rejection.BadRequest("A trailer's value holds a control character.");
                return default;
            case State.TrailerLineFeed:
                return Expect(next, '\n', State.TrailerStart, "A trailer line must end in CRLF.");
            default:
                Debug.Assert(_state == State.LastLineFeed, "Every other state is handled above.");
                return Expect(next, '\n', State.Done, "The trailer must end in CRLF.");
        }
    }

    private void BeginTrailerValue()
    {
        _state = State.TrailerValue;
        _trailers!.BeginValue();
    }

    private void EndTrailerValue()
    {
        _state = State.TrailerLineFeed;
        _trailers!.EndLine();
    }

    private Rejection Expect(byte next, char wanted, State then, string reason)
    {
        if (next != wanted) return Rejection.BadRequest(reason);
        _state = then;
        return default;
    }
}
