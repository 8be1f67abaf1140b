using System.Buffers.Text;
using System.Text;

namespace FastCore.Perf.Load;

/// <summary>
/// Counts the responses in a stream and checks each: status 200, a Content-Length, as many bytes as were asked for; the
/// first body byte by byte, too.
/// </summary>
/// <remarks>
/// A server answers the same request with heads of the same length, so the first response teaches where head and
/// Content-Length end, and later ones are checked at these places. One that does not fit is parsed as the first was.
/// Does not allocate unless a head is cut by the end of a segment.
/// </remarks>
internal struct ResponseReader
{
    private const int MaxHead = 16 * 1024;
    private static ReadOnlySpan<byte> Success => "HTTP/1.1 200"u8;
    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    private int _bodyLeft;
    private bool _bodyCompared;
    private int _headLength;
    private int _lengthField;
    private byte[]? _held;
    private int _heldCount;

    /// <summary>Reads <paramref name="data"/>, the next bytes of the stream, and returns how many responses they end.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="body">What every body must be.</param>
    /// <param name="problem">What was wrong; null as long as all is well.</param>
    public int Read(ReadOnlySpan<byte> data, ReadOnlySpan<byte> body, out string? problem)
    {
        problem = null;
        var completed = 0;
        while (!data.IsEmpty)
        {
            if (_bodyLeft > 0)
            {
                var part = data[..Math.Min(_bodyLeft, data.Length)];
                if (!_bodyCompared && !part.SequenceEqual(body.Slice(body.Length - _bodyLeft, part.Length)))
                {
                    problem = "another body than expected";
                    return completed;
                }
                _bodyLeft -= part.Length;
                data = data[part.Length..];
                if (_bodyLeft > 0) break;
            }
            else
            {
                var head = _heldCount == 0 ? TakeHead(ref data) : TakeHeldHead(ref data);
                if (head.IsEmpty)
                {
                    if (_heldCount >= MaxHead) problem = "a head of more than 16 KiB";
                    return completed;
                }
                problem = CheckHead(head, body.Length);
                if (problem != null) return completed;
                if (_bodyLeft > 0) continue;
            }
            completed++;
            _bodyCompared = true;
        }
        return completed;
    }

    /// <summary>The head that begins in <paramref name="data"/>, taken off it; empty if it does not end there, and then it is held.</summary>
    private ReadOnlySpan<byte> TakeHead(ref ReadOnlySpan<byte> data)
    {
        var length = _headLength;
        if (length == 0 || data.Length < length || !data.Slice(length - HeadEnd.Length, HeadEnd.Length).SequenceEqual(HeadEnd))
        {
            length = data.IndexOf(HeadEnd) + HeadEnd.Length;
            if (length < HeadEnd.Length)
            {
                Hold(ref data);
                return default;
            }
        }
        var head = data[..length];
        data = data[length..];
        return head;
    }

    /// <summary>The same when the head's beginning was held back.</summary>
    private ReadOnlySpan<byte> TakeHeldHead(ref ReadOnlySpan<byte> data)
    {
        var before = _heldCount;
        var all = data;
        Hold(ref data);
        var end = _held.AsSpan(0, _heldCount).IndexOf(HeadEnd);
        if (end < 0) return default;
        var length = end + HeadEnd.Length;
        _heldCount = 0;
        data = all[(length - before)..];
        return _held.AsSpan(0, length);
    }

    private void Hold(ref ReadOnlySpan<byte> data)
    {
        _held ??= new byte[MaxHead];
        var count = Math.Min(data.Length, MaxHead - _heldCount);
        data[..count].CopyTo(_held.AsSpan(_heldCount));
        _heldCount += count;
        data = default;
    }

    private string? CheckHead(ReadOnlySpan<byte> head, int expectedLength)
    {
        if (!head.StartsWith(Success)) return head.Length >= 12 && head.StartsWith("HTTP/1."u8) ? $"status {Encoding.ASCII.GetString(head[9..12])}" : "no HTTP response";
        if (head.Length != _headLength || !IsLengthField(head[_lengthField..]))
        {
            _lengthField = FindLengthField(head);
            if (_lengthField < 0)
            {
                _headLength = _lengthField = 0;
                return "no Content-Length";
            }
            _headLength = head.Length;
        }
        var value = head[(_lengthField + LengthName.Length)..].TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(value, out int length, out var digits) || length < 0 || value[digits] is not ((byte)'\r' or (byte)' ')) return "a bad Content-Length";
        if (length != expectedLength) return $"Content-Length {length} instead of {expectedLength}";
        _bodyLeft = length;
        return null;
    }

    private static ReadOnlySpan<byte> LengthName => "content-length:"u8;

    private static bool IsLengthField(ReadOnlySpan<byte> line) =>
        line.Length > LengthName.Length && Ascii.EqualsIgnoreCase(line[..LengthName.Length], LengthName);

    private static int FindLengthField(ReadOnlySpan<byte> head)
    {
        for (var at = head.IndexOf("\r\n"u8) + 2; at < head.Length - 2;)
        {
            if (IsLengthField(head[at..])) return at;
            at += head[at..].IndexOf("\r\n"u8) + 2;
        }
        return -1;
    }
}
