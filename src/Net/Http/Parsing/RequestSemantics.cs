using System.Text;

namespace FastCore.Net.Http.Parsing;

/// <summary>
/// What the fields mean that decide where a request ends and whom it is for. Everything two servers could read
/// differently is refused (RFC 9112 §6.1, §6.3, §11.2).
/// </summary>
internal static class RequestSemantics
{
    /// <summary>Notes a field line that matters, as it is read.</summary>
    public static Rejection Note(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, Slice place, RequestHead head) => name.Length switch
    {
        4 when Ascii.EqualsIgnoreCase(name, "host"u8) => NoteHost(value, place, head),
        6 when Ascii.EqualsIgnoreCase(name, "expect"u8) => NoteExpect(value, head),
        10 when Ascii.EqualsIgnoreCase(name, "connection"u8) => NoteConnection(value, head),
        14 when Ascii.EqualsIgnoreCase(name, "content-length"u8) => NoteContentLength(value, head),
        17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8) => NoteTransferEncoding(value, head),
        _ => default,
    };

    /// <summary>Judges the head as a whole, once it has ended.</summary>
    public static Rejection Check(ReadOnlySpan<byte> data, RequestHead head)
    {
        if (head.IsChunked)
        {
            if (head.ContentLength >= 0) return Rejection.BadRequest("A request must not have both Content-Length and Transfer-Encoding.");
            if (head.IsHttp10) return Rejection.BadRequest("HTTP/1.0 has no Transfer-Encoding.");
        }
        if (!head.HasHost && !head.IsHttp10) return Rejection.BadRequest("A request must have a Host field.");
        var rejection = RequestTarget.Read(data, head);
        if (!rejection.IsNone) return rejection;
        // What HTTP/1.0 expects is ignored (RFC 9110 §10.1.1).
        if (head.IsHttp10) head.Expectation = Expectation.None;
        return head.Expectation == Expectation.Unknown ? new Rejection(417, "The only expectation this server knows is 100-continue.") : default;
    }

    private static Rejection NoteHost(ReadOnlySpan<byte> value, Slice place, RequestHead head)
    {
        if (head.HasHost) return Rejection.BadRequest("A request must have one Host field.");
        if (!RequestTarget.IsAuthority(value)) return Rejection.BadRequest("The Host field is not a host with an optional port.");
        head.HasHost = true;
        head.Host = place;
        return default;
    }

    private static Rejection NoteExpect(ReadOnlySpan<byte> value, RequestHead head)
    {
        var known = head.Expectation != Expectation.Unknown && Ascii.EqualsIgnoreCase(value, "100-continue"u8);
        head.Expectation = known ? Expectation.Continue : Expectation.Unknown;
        return default;
    }

    private static Rejection NoteConnection(ReadOnlySpan<byte> value, RequestHead head)
    {
        while (NextElement(ref value, out var option))
        {
            if (Ascii.EqualsIgnoreCase(option, "close"u8)) head.WantsClose = true;
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) head.WantsKeepAlive = true;
            else if (Ascii.EqualsIgnoreCase(option, "upgrade"u8)) head.WantsUpgrade = true;
        }
        return default;
    }

    private static Rejection NoteContentLength(ReadOnlySpan<byte> value, RequestHead head)
    {
        // Also two equal ones: a sender that repeats it is broken, and what it passed through may have read another.
        if (head.ContentLength >= 0) return Rejection.BadRequest("A request must have one Content-Length.");
        if (FieldLines.ReadLength(value, out var length, out var isTooLarge) is { } wrong) return isTooLarge ? new Rejection(413, wrong) : Rejection.BadRequest(wrong);
        head.ContentLength = length;
        return default;
    }

    private static Rejection NoteTransferEncoding(ReadOnlySpan<byte> value, RequestHead head)
    {
        // Empty elements, which lists elsewhere may have, are refused here: "chunked," is read both ways in the wild.
        if (value.IsEmpty || value[^1] == ',') return Rejection.BadRequest("Transfer-Encoding must be a list of names.");
        var isKnown = true;
        while (NextElement(ref value, out var coding))
        {
            // Whatever follows chunked, here or in a later line, would make the body end elsewhere.
            if (head.IsChunked) return Rejection.BadRequest("In Transfer-Encoding, chunked must come last and once.");
            if (!HttpCharacters.IsToken(coding)) return Rejection.BadRequest("Transfer-Encoding must be a list of names.");
            if (Ascii.EqualsIgnoreCase(coding, "chunked"u8)) head.IsChunked = true;
            else isKnown = false;
        }
        return isKnown ? default : new Rejection(501, "The only transfer coding this server knows is chunked.");
    }

    /// <summary>Takes the next element of a comma-separated list, trimmed; it may be empty.</summary>
    public static bool NextElement(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (list.IsEmpty) return false;
        var comma = list.IndexOf((byte)',');
        element = HttpCharacters.TrimWhitespace(comma < 0 ? list : list[..comma]);
        list = comma < 0 ? default : list[(comma + 1)..];
        return true;
    }
}
