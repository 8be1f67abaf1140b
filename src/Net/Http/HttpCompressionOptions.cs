using System.IO.Compression;
using FastCore.Net.Http.Server;
using static FastCore.Net.Http.OptionRange;

namespace FastCore.Net.Http;

/// <summary>
/// How answers are compressed while they are sent (<see cref="HttpServerOptions.Compression"/>): with the coding of Brotli or
/// gzip, whichever the client's Accept-Encoding field likes best (RFC 9110 §12.5.3).
/// </summary>
/// <remarks>
/// <para><b>What is compressed.</b> Bodies given to <c>Respond</c> and those of <see cref="HttpContext.StartResponse"/>, where each
/// flush brings the client all that was written before it. Not: other media types than <see cref="MediaTypes"/>, bodies that would
/// not become shorter, parts of a content (206), answers that have a Content-Encoding field or the directive <c>no-transform</c>,
/// a <see cref="PreparedResponse"/>, which is sent as it was prepared, files, whose compressed forms are made once and kept
/// (<see cref="Files.StaticFileOptions"/>), and streamed answers to HTTP/1.0.</para>
/// <para><b>What else changes.</b> The answer gets the fields Content-Encoding and Vary, a strong ETag becomes a weak one, and a streamed
/// body loses its Content-Length. What could have been compressed and is not, because the client does not take it, gets Vary too.</para>
/// <para><b>Danger.</b> Whoever can have a secret and a text of his own put into one answer, and sees how long it becomes, can guess the
/// secret piece by piece (BREACH), though it be encrypted on its way. So <see cref="AllowOverTls"/> is off: turn it on only if no answer
/// that holds a secret, such as a token against forged requests, repeats what a request says.</para>
/// <para><b>Cost.</b> Compressing runs on the reactor, that of offloaded handlers' answers too, and holds up its other connections: at the fastest level some
/// milliseconds for a megabyte. <see cref="MaxSize"/> bounds it. The platform's encoders can't be used again, so each answer makes one.</para>
/// </remarks>
public sealed record HttpCompressionOptions
{
    /// <summary>The codings, <c>br</c> or <c>gzip</c>; of those a client likes as well, the first is taken.</summary>
    public IReadOnlyList<string> Codings { get; init; } = ["br", "gzip"];

    /// <summary>How much time is given to make them short.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Fastest;

    /// <summary>Bytes of the shortest body that is compressed; below, the packets are not fewer for it.</summary>
    public int MinSize { get; init; } = 1024;

    /// <summary>Bytes of the longest body that is compressed in one go; a longer one is sent as it is. Streamed bodies, which are compressed as they are written, have no limit.</summary>
    public int MaxSize { get; init; } = 1 << 20;

    /// <summary>What is compressed: <c>application/json</c>, all of a kind as <c>text/*</c>, or all that are built on a syntax as <c>*+json</c>.</summary>
    public IReadOnlyList<string> MediaTypes { get; init; } =
    [
        "text/*", "*+json", "*+xml", "*+text", "application/json", "application/javascript", "application/xml", "application/wasm",
        "application/x-ndjson", "application/x-javascript", "application/vnd.ms-fontobject", "font/ttf", "font/otf", "image/bmp", "image/x-icon",
    ];

    /// <summary>Whether answers over TLS are compressed too; see the danger above.</summary>
    public bool AllowOverTls { get; init; }

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Codings);
        ArgumentNullException.ThrowIfNull(MediaTypes);
        if (Codings.Count == 0 || Codings.Any(static coding => coding is not ("br" or "gzip")) || Codings.Distinct().Count() != Codings.Count)
            throw new ArgumentException("Give br, gzip or both.", nameof(Codings));
        if (Level is not (CompressionLevel.Fastest or CompressionLevel.Optimal or CompressionLevel.SmallestSize))
            throw new ArgumentOutOfRangeException(nameof(Level), Level, "Give a level that compresses.");
        InRange(nameof(MinSize), MinSize, 64, 1 << 30);
        InRange(nameof(MaxSize), MaxSize, MinSize, 1 << 30);
        foreach (var type in MediaTypes)
        {
            if (string.IsNullOrEmpty(type) || type.AsSpan().ContainsAny(' ', ';')) throw new ArgumentException("A media type is given without its parameters.", nameof(MediaTypes));
            FieldRules.VerifyContentType(type);
        }
    }
}
