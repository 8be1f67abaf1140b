using System.Runtime.CompilerServices;

namespace FastCore.Net.Http.Parsing;

internal enum ParseStatus
{
    Complete,

    /// <summary>So far nothing is wrong, and the head has not ended.</summary>
    NeedMore,

    /// <summary><see cref="RequestHead.Rejection"/> says why.</summary>
    Rejected,
}

/// <summary>
/// Reads a request's head where it lies, strictly by RFC 9112: the parts whose loose reading lets two servers see
/// different requests in the same bytes are refused.
/// </summary>
/// <remarks>
/// <para>The result depends on complete lines only (and on the very first byte): a fault in a line that has not ended is
/// not reported yet. So it doesn't matter how the bytes were cut into segments, and parsing again is worth it only when
/// another LF has arrived or a limit is passed.</para>
/// <para>A line's end and its illegal bytes are found by one vectorised search; a fault leaves the fast path and is
/// judged there.</para>
/// </remarks>
internal static class RequestParser
{
    /// <summary>Two empty lines before a request are skipped (RFC 9112 §2.2: at least one should be).</summary>
    public const int MaxEmptyLineBytes = 4;

    private const int VersionLength = 8; // HTTP/1.1

    private const string VersionMissing = "The request line must end in the version and CRLF.";

    /// <summary>Whether it is nothing but empty lines that are skipped.</summary>
    public static bool IsEmptyLines(ReadOnlySpan<byte> data) => data.Length <= MaxEmptyLineBytes && "\r\n\r\n"u8.StartsWith(data) && data.Length % 2 == 0;

    public static ParseStatus Parse(ReadOnlySpan<byte> data, RequestHead head, ParseLimits limits)
    {
        head.Reset();
        var position = 0;
        while (position < MaxEmptyLineBytes && data[position..].StartsWith("\r\n"u8)) position += 2;
        if (position == data.Length)
        {
            head.LimitAt = position + 1;
            return ParseStatus.NeedMore;
        }

        var status = ParseRequestLine(data, ref position, head, limits);
        if (status != ParseStatus.Complete) return status;
        status = ParseFields(data, ref position, head, limits);
        if (status != ParseStatus.Complete) return status;
        head.Length = position;
        head.Rejection = RequestSemantics.Check(data, head);
        return head.Rejection.IsNone ? ParseStatus.Complete : ParseStatus.Rejected;
    }

    private static ParseStatus ParseRequestLine(ReadOnlySpan<byte> data, ref int position, RequestHead head, ParseLimits limits)
    {
        var start = position;
        // Unfinished and one byte longer than the limit, its last byte may still be the CR.
        head.LimitAt = start + limits.RequestLine + 2;
        var line = data[start..];
        // What no request begins with is refused at its first byte: often it is TLS, whose sender would wait in vain.
        if (line[0] != '\r' && !HttpCharacters.Token.Contains(line[0]))
            return Reject(head, Rejection.BadRequest("No HTTP request begins with this byte."));

        var methodLength = line.IndexOfAnyExcept(HttpCharacters.Token);
        if (methodLength <= 0 || line[methodLength] != ' ') return RequestLineFault(line, head, limits, "The request line must begin with a method and one space.");
        var targetStart = methodLength + 1;
        var targetLength = line[targetStart..].IndexOfAnyExcept(HttpCharacters.Target);
        if (targetLength <= 0 || line[targetStart + targetLength] != ' ')
            return RequestLineFault(line, head, limits, "The request target is empty, holds an illegal byte or is not followed by one space and the version.");
        var versionStart = targetStart + targetLength + 1;
        if (line.Length < versionStart + VersionLength + 2 || line[versionStart + VersionLength] != '\r' || line[versionStart + VersionLength + 1] != '\n')
            return RequestLineFault(line, head, limits, VersionMissing);

        var version = line.Slice(versionStart, VersionLength);
        if (versionStart + VersionLength > limits.RequestLine)
        {
            // A line that ends inside has been judged by its own length, if the bytes were cut behind it.
            return version.Contains((byte)'\n') ? RequestLineFault(line, head, limits, VersionMissing) : TooLong(head);
        }
        head.Method = KnownMethods.Of(line[..methodLength]);
        head.MethodToken = new Slice(start, methodLength);
        head.Target = new Slice(start + targetStart, targetLength);
        if (!version.SequenceEqual("HTTP/1.1"u8))
        {
            var rejection = JudgeVersion(version, out head.IsHttp10);
            if (!rejection.IsNone) return Reject(head, rejection);
        }
        position = start + versionStart + VersionLength + 2;
        return ParseStatus.Complete;
    }

    private static Rejection JudgeVersion(ReadOnlySpan<byte> version, out bool isHttp10)
    {
        isHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        if (!version.StartsWith("HTTP/"u8) || !char.IsAsciiDigit((char)version[5]) || version[6] != '.' || !char.IsAsciiDigit((char)version[7]))
            return Rejection.BadRequest(VersionMissing);
        // A higher minor version is answered as what we speak (RFC 9110 §2.5).
        return version[5] == '1' ? default : new Rejection(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
    }

    private static ParseStatus ParseFields(ReadOnlySpan<byte> data, ref int position, RequestHead head, ParseLimits limits)
    {
        var start = position;
        head.LimitAt = start + limits.Fields + 1;
        while (true)
        {
            var line = data[position..];
            var nameLength = line.IndexOfAnyExcept(HttpCharacters.Token);
            if (nameLength <= 0)
            {
                if (nameLength < 0 || line[0] != '\r' || line.Length < 2 || line[1] != '\n')
                    return FieldFault(data, start, position, head, limits, "A field line must begin with its name; folded lines are not accepted.");
                position += 2;
                return position - start > limits.Fields ? TooLarge(head) : ParseStatus.Complete;
            }
            if (FieldLines.Read(line, nameLength, out var valueStart, out var valueEnd, out var length) is { } wrong) return FieldFault(data, start, position, head, limits, wrong);
            if (position + length - start > limits.Fields) return TooLarge(head);
            if (head.FieldCount == limits.FieldCount) return Reject(head, new Rejection(431, "The request has too many field lines."));
            var field = new FieldLine(new Slice(position, nameLength), new Slice(position + valueStart, valueEnd - valueStart));
            head.Add(field);
            var rejection = RequestSemantics.Note(line[..nameLength], line[valueStart..valueEnd], field.Value, head);
            if (!rejection.IsNone) return Reject(head, rejection);
            position += length;
        }
    }

    // This and FieldLines.Judge are the only places where an unfinished line is told from a wrong one.

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ParseStatus RequestLineFault(ReadOnlySpan<byte> line, RequestHead head, ParseLimits limits, string reason)
    {
        var lineFeed = line.IndexOf((byte)'\n');
        if (lineFeed < 0) return line.Length > limits.RequestLine + 1 ? TooLong(head) : ParseStatus.NeedMore;
        return lineFeed - 1 > limits.RequestLine ? TooLong(head) : Reject(head, Rejection.BadRequest(reason));
    }

    private static ParseStatus FieldFault(ReadOnlySpan<byte> data, int start, int position, RequestHead head, ParseLimits limits, string reason)
    {
        if (FieldLines.Judge(data, start, position, limits, out var isTooLarge) == ParseStatus.NeedMore) return ParseStatus.NeedMore;
        return isTooLarge ? TooLarge(head) : Reject(head, Rejection.BadRequest(reason));
    }

    private static ParseStatus TooLong(RequestHead head) => Reject(head, new Rejection(414, "The request line is too long."));

    private static ParseStatus TooLarge(RequestHead head) => Reject(head, new Rejection(431, "The request's header fields are too large."));

    private static ParseStatus Reject(RequestHead head, Rejection rejection)
    {
        head.Rejection = rejection;
        return ParseStatus.Rejected;
    }
}
