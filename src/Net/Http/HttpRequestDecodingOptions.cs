using static FastCore.Net.Http.OptionRange;

namespace FastCore.Net.Http;

/// <summary>
/// How bodies of requests are decoded before handlers see them (<see cref="HttpServerOptions.RequestDecoding"/>): those with one
/// coding of gzip, <c>br</c> (Brotli) or <c>deflate</c> (zlib's format) in their Content-Encoding field (RFC 9110 §8.4).
/// </summary>
/// <remarks>
/// <para>Any other coding, or several, gets 415 with an Accept-Encoding field that says what is taken; a coding that is broken or ends too
/// early 400; what passes a limit 413. Decoding stops at the limit: nothing beyond it is ever held.
/// <see cref="HttpServerOptions.MaxRequestBodySize"/> and <see cref="HttpServerOptions.MaxBufferedBodySize"/> hold for the bytes that are
/// sent, and the latter for those that are decoded too.</para>
/// <para>Handlers read decoded bytes in every way there is, and see the header fields as they were sent;
/// <see cref="HttpContext.ContentLength"/> is then not known. Decoding runs on the reactor, a piece at a time as the handler reads.</para>
/// <para>Memory per request: for gzip and deflate about 50 KiB, for Brotli the window the client chose, within <see cref="MaxWindowBits"/>.</para>
/// </remarks>
public sealed record HttpRequestDecodingOptions
{
    /// <summary>Bytes of a decoded body; beyond it 413.</summary>
    public long MaxDecodedSize { get; init; } = 30_000_000;

    /// <summary>How many times longer than what was sent a decoded body may be, once it has more than 64 KiB; beyond it 413. Text seldom passes 20, a bomb has 1000 and more.</summary>
    public int MaxRatio { get; init; } = 100;

    /// <summary>The largest window of Brotli, as a power of two, from 10 to 24; beyond it 413. 22, four megabytes, is what encoders take when they are not asked.</summary>
    public int MaxWindowBits { get; init; } = 22;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Validate()
    {
        InRange(nameof(MaxDecodedSize), MaxDecodedSize, 0, long.MaxValue / 2);
        InRange(nameof(MaxRatio), MaxRatio, 1, 1_000_000);
        InRange(nameof(MaxWindowBits), MaxWindowBits, 10, 24);
    }
}
