using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Coding;

/// <summary>Which bodies of requests are decoded, and the decoders of a reactor. On its thread.</summary>
internal sealed class RequestDecoding(HttpRequestDecodingOptions options)
{
    private const int KeptDecoders = 64;

    private readonly Stack<ContentDecoder> _decoders = new();

    /// <summary>What the answer to another coding tells the client (RFC 9110 §15.5.16).</summary>
    public static ReadOnlySpan<byte> AcceptField => "Accept-Encoding: br, gzip, deflate\r\n"u8;

    /// <summary>The coding of a request's body.</summary>
    /// <param name="request">The request's fields.</param>
    /// <param name="coding">The one there is; identity if there is none.</param>
    /// <returns>False if it is none of those that are decoded, or there are several.</returns>
    public static bool TryRead(HttpFields request, out ContentCoding coding)
    {
        coding = ContentCoding.Identity;
        foreach (var field in request)
        {
            if (!Ascii.EqualsIgnoreCase(field.Name, "content-encoding"u8)) continue;
            var list = field.Value;
            while (RequestSemantics.NextElement(ref list, out var name))
            {
                if (name.IsEmpty || Ascii.EqualsIgnoreCase(name, "identity"u8)) continue;
                if (coding != ContentCoding.Identity) return false;
                if (Ascii.EqualsIgnoreCase(name, "gzip"u8) || Ascii.EqualsIgnoreCase(name, "x-gzip"u8)) coding = ContentCoding.Gzip;
                else if (Ascii.EqualsIgnoreCase(name, "br"u8)) coding = ContentCoding.Brotli;
                else if (Ascii.EqualsIgnoreCase(name, "deflate"u8)) coding = ContentCoding.Deflate;
                else return false;
            }
        }
        return true;
    }

    public ContentDecoder Rent(ContentCoding coding)
    {
        if (!_decoders.TryPop(out var decoder)) decoder = new ContentDecoder(options);
        decoder.Begin(coding);
        return decoder;
    }

    public void Return(ContentDecoder decoder)
    {
        decoder.End();
        if (_decoders.Count < KeptDecoders) _decoders.Push(decoder);
    }
}
