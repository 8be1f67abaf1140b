using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Client.Parsing;

/// <summary>
/// What the fields mean that decide where a response ends. Everything two readers could take differently is refused
/// (RFC 9112 §6.1, §6.3, §11.1): its connection carries the next answers too.
/// </summary>
internal static class ResponseSemantics
{
    /// <summary>Notes a field line that matters, as it is read. Returns why the response is refused, or null.</summary>
    public static string? Note(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ResponseHead head) => name.Length switch
    {
        10 when Ascii.EqualsIgnoreCase(name, "connection"u8) => NoteConnection(value, head),
        14 when Ascii.EqualsIgnoreCase(name, "content-length"u8) => NoteContentLength(value, head),
        17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8) => NoteTransferEncoding(value, head),
        _ => null,
    };

    /// <summary>Judges the head as a whole, once it has ended.</summary>
    public static string? Check(ResponseHead head)
    {
        if (!head.IsChunked) return null;
        if (head.ContentLength >= 0) return "A response must not have both Content-Length and Transfer-Encoding.";
        return head.IsHttp10 ? "HTTP/1.0 has no Transfer-Encoding." : null;
    }

    private static string? NoteConnection(ReadOnlySpan<byte> value, ResponseHead head)
    {
        while (RequestSemantics.NextElement(ref value, out var option))
        {
            if (Ascii.EqualsIgnoreCase(option, "close"u8)) head.WantsClose = true;
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) head.WantsKeepAlive = true;
        }
        return null;
    }

    private static string? NoteContentLength(ReadOnlySpan<byte> value, ResponseHead head)
    {
        // Also two equal ones: a sender that repeats it is broken, and what it passed through may have read another.
        if (head.ContentLength >= 0) return "A response must have one Content-Length.";
        if (FieldLines.ReadLength(value, out var length, out _) is { } wrong) return wrong;
        head.ContentLength = length;
        return null;
    }

    private static string? NoteTransferEncoding(ReadOnlySpan<byte> value, ResponseHead head)
    {
        if (head.IsChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8)) return "The only transfer coding this client knows is chunked, once.";
        head.IsChunked = true;
        return null;
    }
}
