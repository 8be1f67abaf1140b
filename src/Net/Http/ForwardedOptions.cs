using System.Net;

namespace FastCore.Net.Http;

/// <summary>Which header fields proxies tell of their clients by.</summary>
public enum ForwardedFields
{
    /// <summary><c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c> and <c>X-Forwarded-Host</c>, which most proxies send.</summary>
    XForwarded,

    /// <summary><c>Forwarded</c> (RFC 7239).</summary>
    Forwarded,
}

/// <summary>
/// Has proxies tell by header fields where a request came from: <see cref="HttpContext.RemoteEndPoint"/>, <see cref="HttpContext.IsHttps"/>,
/// <see cref="HttpContext.Host"/> and the access log then show the client's. The fields are read from the right, from the nearest proxy
/// on, and one entry is believed for each trusted proxy in a row: what a client writes there itself is never reached.
/// </summary>
/// <remarks>
/// The proxies must set or remove every one of the fields that are read: one which a proxy passes on as it came is the client's word.
/// Limits on connections count peers, or clients that the PROXY protocol tells of (<see cref="ProxyProtocolOptions"/>).
/// </remarks>
public sealed record ForwardedOptions
{
    /// <summary>The networks whose hosts are believed. Over a Unix-domain socket the peer is, for its file's mode says who may connect.</summary>
    public required IReadOnlyList<IPNetwork> From { get; init; }

    /// <summary>How many entries are read at most: the number of proxies a request comes through. From 1 to 32.</summary>
    public int Hops { get; init; } = 1;

    /// <summary>Which fields are read. The others are left alone: a proxy that does not know them passes on what the client has written.</summary>
    public ForwardedFields Fields { get; init; }

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(From);
        OptionRange.InRange(nameof(Hops), Hops, 1, 32);
        OptionRange.InRange(nameof(Fields), (int)Fields, (int)ForwardedFields.XForwarded, (int)ForwardedFields.Forwarded);
    }
}
