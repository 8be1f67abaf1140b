namespace FastCore.Net.Http.Parsing;

/// <summary>The methods a request line is recognised by without a look-up.</summary>
internal enum KnownMethod : byte
{
    /// <summary>Another token.</summary>
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Patch,
    Trace,
    Connect,
    Query,
}

internal static class KnownMethods
{
    public const int Count = (int)KnownMethod.Query + 1;

    /// <summary>Methods are case-sensitive (RFC 9110 §9.1).</summary>
    public static KnownMethod Of(ReadOnlySpan<byte> token) => token.Length switch
    {
        3 when token.SequenceEqual("GET"u8) => KnownMethod.Get,
        3 when token.SequenceEqual("PUT"u8) => KnownMethod.Put,
        4 when token.SequenceEqual("POST"u8) => KnownMethod.Post,
        4 when token.SequenceEqual("HEAD"u8) => KnownMethod.Head,
        5 when token.SequenceEqual("PATCH"u8) => KnownMethod.Patch,
        5 when token.SequenceEqual("TRACE"u8) => KnownMethod.Trace,
        5 when token.SequenceEqual("QUERY"u8) => KnownMethod.Query,
        6 when token.SequenceEqual("DELETE"u8) => KnownMethod.Delete,
        7 when token.SequenceEqual("OPTIONS"u8) => KnownMethod.Options,
        7 when token.SequenceEqual("CONNECT"u8) => KnownMethod.Connect,
        _ => KnownMethod.Other,
    };
}
