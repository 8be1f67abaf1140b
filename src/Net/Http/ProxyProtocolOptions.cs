using System.Net;

namespace FastCore.Net.Http;

/// <summary>
/// What an end point does whose clients come through a proxy that tells their addresses by the PROXY protocol, version 1 or 2
/// (HAProxy, nginx, Envoy and the balancers of clouds speak it), before TLS. The address told is the client's from there on: for
/// handlers, observers and the limit per address.
/// </summary>
public sealed record ProxyProtocolOptions
{
    /// <summary>
    /// The networks whose hosts are proxies. Their connections begin with a header, each, or are reset: whether there is one is
    /// never guessed. Over a Unix-domain socket every peer is a proxy, for its file's mode says who may connect.
    /// </summary>
    public required IReadOnlyList<IPNetwork> From { get; init; }

    /// <summary>Whether others are served too, as where no proxy is spoken of: their headers are none. False resets their connections, for who comes past the proxy is not expected.</summary>
    public bool ServeOthers { get; init; }

    /// <summary>How long the header may take; the connection is then reset.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(From);
        OptionRange.InRange(nameof(HeaderTimeout), HeaderTimeout.TotalMilliseconds, 1, int.MaxValue);
    }
}
