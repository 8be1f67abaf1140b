using System.Net;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Http.Observing;

/// <summary>A request that has been answered.</summary>
public readonly ref struct HttpRequestRecord
{
    private readonly HttpExchange _exchange;

    internal HttpRequestRecord(HttpExchange exchange, TimeSpan duration)
    {
        _exchange = exchange;
        Duration = duration;
    }

    /// <summary>From the head's end to when nothing was left to be done for it but to send; the answer may still be on its way.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The status it was answered with; 0 if its client had gone.</summary>
    public int Status => _exchange.Status;

    /// <summary>Bytes of the answer's body as far as it was written; not the framing of chunks.</summary>
    public long ResponseLength => _exchange.ResponseLength;

    /// <summary>The method, as it was sent; empty if the request could not be read.</summary>
    public ReadOnlySpan<byte> Method => _exchange.HeadBytes.IsEmpty ? default : _exchange.Head.MethodToken.Of(_exchange.HeadBytes);

    /// <summary>The whole target, as it was sent; empty if the request could not be read.</summary>
    public ReadOnlySpan<byte> Target => _exchange.HeadBytes.IsEmpty ? default : _exchange.Head.Target.Of(_exchange.HeadBytes);

    /// <summary>The path as it was mapped, such as <c>/users/{id}</c>; empty if none was found.</summary>
    public string Route => _exchange.RouteNode?.Pattern ?? "";

    /// <summary>The protocol's version, 1.0 or 1.1.</summary>
    public Version Version => _exchange.Head.IsHttp10 ? HttpVersion.Version10 : HttpVersion.Version11;

    /// <summary>Whether it came over TLS, or has done so to a trusted proxy.</summary>
    public bool IsHttps => _exchange.IsHttps;

    /// <summary>The header fields; none if the request could not be read.</summary>
    public HttpFields Headers => _exchange.HeadBytes.IsEmpty ? default : new HttpFields(_exchange.HeadBytes, _exchange.Head.Fields);

    /// <summary>The client's address as text, in ASCII; <c>-</c> if it had gone before it was first looked at.</summary>
    public ReadOnlySpan<byte> RemoteAddress => _exchange.ClientAddressText;
}
