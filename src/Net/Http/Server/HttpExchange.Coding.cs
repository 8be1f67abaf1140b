using System.Text;
using FastCore.Net.Http.Coding;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

// The coding of the answer's content (RFC 9110 §8.4). On the reactor, behind the fields that the handler has added.
internal sealed partial class HttpExchange
{
    /// <summary>The content of its answer is sent as it is given.</summary>
    public bool KeepsContent { get; set; }

    /// <summary>Answers with coded content, if it is to be coded.</summary>
    private bool TryRespondCoded(int status, ReadOnlySpan<byte> body, string contentType)
    {
        if (Shard.Coding is not { } codings || !codings.IsForWhole(body.Length)) return false;
        var coding = ChooseCoding(status, contentType, body.Length);
        // For HEAD too: its length is that of GET.
        if (coding == ContentCoding.Identity || codings.TryCode(coding, body, out var length) is not { } coded) return false;
        NoteCoding(coding);
        var isWritable = BeginResponse(status, length);
        if (isWritable) ResponseWriter.WriteHead(this, status, contentType, length);
        if (isWritable && !IsHead && length >= Transport.Connection.CopyThreshold)
        {
            Connection.Write(coded, length, Shard.Buffers);
            return true;
        }
        if (isWritable && !IsHead) Connection.Write(coded.AsSpan(0, length));
        Shard.Buffers.Return(coded);
        return true;
    }

    /// <summary>Has a body coded while it is written, if it is to be; false if not.</summary>
    private bool TryCodeStream(int status, string contentType, long length)
    {
        if (Head.IsHttp10 || ResponseBody == null) return false;
        var coding = ChooseCoding(status, contentType, length);
        if (coding == ContentCoding.Identity) return false;
        NoteCoding(coding);
        if (!IsHead) ResponseBody.Code(Shard.Coding!.Rent(coding, ResponseBody));
        return true;
    }

    /// <summary>The coding of a response that has not begun; identity if it is none of those that are coded. Where it depends on the client, the response says so.</summary>
    private ContentCoding ChooseCoding(int status, string contentType, long length)
    {
        if (Shard.Coding is not { } codings || KeepsContent || HasResponded || HeadBytes.IsEmpty || !Connection.CanWrite) return ContentCoding.Identity;
        if (!codings.IsFor(Connection.IsSecure, status, contentType, length) || !AllowsCoding(out var varies)) return ContentCoding.Identity;
        if (!varies) AppendField("Vary: Accept-Encoding\r\n"u8);
        return codings.Choose(new HttpFields(HeadBytes, Head.Fields));
    }

    /// <summary>Nothing the handler has added forbids it.</summary>
    /// <param name="varies">It has said itself that the response depends on Accept-Encoding.</param>
    private bool AllowsCoding(out bool varies)
    {
        varies = false;
        for (var lines = AddedFields; NextLine(ref lines, out var name, out var value);)
        {
            if (Ascii.EqualsIgnoreCase(name, "content-encoding"u8) || Ascii.EqualsIgnoreCase(name, "content-range"u8)) return false;
            if (Ascii.EqualsIgnoreCase(name, "cache-control"u8) && Lists(value, "no-transform"u8)) return false;
            varies |= Ascii.EqualsIgnoreCase(name, "vary"u8) && (Lists(value, "accept-encoding"u8) || Lists(value, "*"u8));
        }
        return true;
    }

    /// <summary>The content is coded. It is not the same byte for byte any more as what its entity tag was given for (RFC 9110 §8.8.1).</summary>
    private void NoteCoding(ContentCoding coding)
    {
        AppendField(ResponseCoding.FieldOf(coding));
        for (var lines = AddedFields; NextLine(ref lines, out var name, out var value);)
        {
            if (!Ascii.EqualsIgnoreCase(name, "etag"u8) || !value.StartsWith("\""u8)) continue;
            var at = _addedLength - lines.Length - "\r\n"u8.Length - value.Length;
            AppendField("W/"u8);
            var fields = _added.AsSpan(0, _addedLength);
            fields[at..^2].CopyTo(fields[(at + 2)..]);
            "W/"u8.CopyTo(fields[at..]);
            return;
        }
    }

    private static bool Lists(ReadOnlySpan<byte> list, ReadOnlySpan<byte> wanted)
    {
        while (RequestSemantics.NextElement(ref list, out var element))
        {
            if (Ascii.EqualsIgnoreCase(element, wanted)) return true;
        }
        return false;
    }

    // They were written here, so each has its colon, its blank and its end.
    private static bool NextLine(ref ReadOnlySpan<byte> lines, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        if (lines.IsEmpty) return false;
        var end = lines.IndexOf("\r\n"u8);
        var colon = lines.IndexOf((byte)':');
        name = lines[..colon];
        value = lines[(colon + 2)..end];
        lines = lines[(end + 2)..];
        return true;
    }
}
