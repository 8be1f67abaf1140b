using System.Runtime.CompilerServices;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Client.Parsing;

/// <summary>
/// Reads a response's head where it lies, strictly by RFC 9112: what a proxy on the way could have read as another
/// response is refused, and the connection ends with it.
/// </summary>
/// <remarks>
/// The result depends on complete lines only (and on the very first byte): a fault in a line that has not ended is not
/// reported yet. So it doesn't matter how the bytes were cut into segments, and parsing again is worth it only when
/// another LF has arrived or a limit is passed.
/// </remarks>
internal static class ResponseParser
{
    // HTTP/1.1 200
    private const int VersionLength = 8;
    private const int StatusEnd = VersionLength + 4;

    public static ParseStatus Parse(ReadOnlySpan<byte> data, ResponseHead head, ParseLimits limits)
    {
        head.Reset();
        if (data.IsEmpty)
        {
            head.LimitAt = 1;
            return ParseStatus.NeedMore;
        }
        var position = 0;
        var status = ParseStatusLine(data, ref position, head, limits);
        if (status == ParseStatus.Complete) status = ParseFields(data, ref position, head, limits);
        if (status != ParseStatus.Complete) return status;
        head.Length = position;
        return ResponseSemantics.Check(head) is { } fault ? Refuse(head, fault) : ParseStatus.Complete;
    }

    private static ParseStatus ParseStatusLine(ReadOnlySpan<byte> data, ref int position, ResponseHead head, ParseLimits limits)
    {
        // Unfinished and one byte longer than the limit, its last byte may still be the CR.
        head.LimitAt = limits.RequestLine + 2;
        if (data[0] != 'H') return Refuse(head, "What came is not an HTTP/1 response.");
        var end = data.IndexOfAny(HttpCharacters.ControlExceptTab);
        if (end < 0 || data[end] != '\r' || end + 1 >= data.Length || data[end + 1] != '\n')
            return StatusLineFault(data, head, limits, "The status line holds a control character, or does not end in CRLF.");
        if (end > limits.RequestLine) return Refuse(head, "The status line is too long.");

        var line = data[..end];
        if (line.Length < StatusEnd || !line.StartsWith("HTTP/1."u8) || line[VersionLength - 1] is not ((byte)'0' or (byte)'1') || line[VersionLength] != ' ')
            return Refuse(head, "The status line must begin with HTTP/1.1 or HTTP/1.0 and one space.");
        var digits = line[(VersionLength + 1)..StatusEnd];
        if (digits.IndexOfAnyExcept(HttpCharacters.Digits) >= 0 || digits[0] is < (byte)'1' or > (byte)'5')
            return Refuse(head, "The status must be a number from 100 to 599.");
        // Many servers leave out the space before an empty reason; no reader takes that for anything else.
        if (line.Length > StatusEnd && line[StatusEnd] != ' ') return Refuse(head, "The status must be followed by a space.");
        head.IsHttp10 = line[VersionLength - 1] == '0';
        head.Status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
        if (line.Length > StatusEnd) head.Reason = new Slice(StatusEnd + 1, line.Length - StatusEnd - 1);
        position = end + 2;
        return ParseStatus.Complete;
    }

    private static ParseStatus ParseFields(ReadOnlySpan<byte> data, ref int position, ResponseHead head, ParseLimits limits)
    {
        var start = position;
        head.LimitAt = start + limits.Fields + 1;
        while (true)
        {
            var line = data[position..];
            var nameLength = line.IndexOfAnyExcept(HttpCharacters.Token);
            if (nameLength <= 0)
            {
                if (!line.StartsWith("\r\n"u8)) return FieldFault(data, start, position, head, limits, "A field line must begin with its name, and end in CRLF.");
                position += 2;
                return position - start > limits.Fields ? TooLarge(head) : ParseStatus.Complete;
            }
            if (FieldLines.Read(line, nameLength, out var valueStart, out var valueEnd, out var length) is { } wrong) return FieldFault(data, start, position, head, limits, wrong);
            if (position + length - start > limits.Fields) return TooLarge(head);
            if (head.FieldCount == limits.FieldCount) return Refuse(head, "The response has too many field lines.");
            head.Add(new FieldLine(new Slice(position, nameLength), new Slice(position + valueStart, valueEnd - valueStart)));
            if (ResponseSemantics.Note(line[..nameLength], line[valueStart..valueEnd], head) is { } fault) return Refuse(head, fault);
            position += length;
        }
    }

    // This and FieldLines.Judge are the only places where an unfinished line is told from a wrong one.

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ParseStatus StatusLineFault(ReadOnlySpan<byte> data, ResponseHead head, ParseLimits limits, string fault)
    {
        var lineFeed = data.IndexOf((byte)'\n');
        var length = lineFeed < 0 ? data.Length - 1 : lineFeed - 1;
        if (length > limits.RequestLine) return Refuse(head, "The status line is too long.");
        return lineFeed < 0 ? ParseStatus.NeedMore : Refuse(head, fault);
    }

    private static ParseStatus FieldFault(ReadOnlySpan<byte> data, int start, int position, ResponseHead head, ParseLimits limits, string fault)
    {
        if (FieldLines.Judge(data, start, position, limits, out var isTooLarge) == ParseStatus.NeedMore) return ParseStatus.NeedMore;
        return isTooLarge ? TooLarge(head) : Refuse(head, fault);
    }

    private static ParseStatus TooLarge(ResponseHead head) => Refuse(head, "The response's header fields are too large.");

    private static ParseStatus Refuse(ResponseHead head, string fault)
    {
        head.Fault = fault;
        return ParseStatus.Rejected;
    }
}
