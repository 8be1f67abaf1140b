namespace FastCore.Net.Http.Coding;

/// <summary>How content is coded (RFC 9110 §8.4.1).</summary>
internal enum ContentCoding : byte
{
    /// <summary>Not at all.</summary>
    Identity,

    /// <summary>RFC 7932.</summary>
    Brotli,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 1950: what "deflate" means.</summary>
    Deflate,
}
