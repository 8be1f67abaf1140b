namespace FastCore.Net.Http.Server;

/// <summary>How a client learns where a streamed response ends.</summary>
internal enum BodyCoding : byte
{
    /// <summary>By Content-Length.</summary>
    Length,

    /// <summary>By the last chunk (RFC 9112 §7.1).</summary>
    Chunked,

    /// <summary>By the connection's end: HTTP/1.0 knows no chunks.</summary>
    UntilClose,

    /// <summary>It has none: the answer to HEAD, or a status without content. What is written is counted and dropped.</summary>
    None,

    /// <summary>Another protocol has taken over.</summary>
    Raw,
}
