using System.Net;
using System.Net.Sockets;
using FastCore.Net.Hosting;
using FastCore.Net.Transport;

namespace FastCore.Net.Http;

/// <summary>An address a server listens on, and what it speaks there.</summary>
/// <param name="Address">
/// An <see cref="IPEndPoint"/>, whose port 0 takes a free one, or on Linux a <see cref="UnixDomainSocketEndPoint"/>. A socket that a
/// process left behind at its path is replaced; anything else there is left alone, and the start fails. The file goes with the
/// server, unless another has taken its place.
/// </param>
/// <param name="Tls">What HTTPS is spoken with; <see langword="null"/> speaks plain HTTP.</param>
public sealed record HttpEndPoint(EndPoint Address, HttpTlsOptions? Tls = null)
{
    /// <summary>Who may connect to a Unix-domain socket; <see langword="null"/>: this user alone.</summary>
    public UnixSocketOptions? UnixSocket { get; init; }

    /// <summary>Has proxies tell where their clients come from; <see langword="null"/>: each peer is the client.</summary>
    public ProxyProtocolOptions? ProxyProtocol { get; init; }

    /// <summary>Sockets that listen there already; empty if the server opens its own.</summary>
    public IReadOnlyList<InheritedSocket> Inherited { get; private init; } = [];

    /// <summary>End points for sockets that another process has opened: one for each address. The server that is started with them closes the sockets at its end.</summary>
    /// <param name="sockets">Those of <see cref="SystemdSockets"/> or a <see cref="SocketTaker"/>.</param>
    /// <param name="tls">What HTTPS is spoken with; <see langword="null"/> speaks plain HTTP.</param>
    public static IReadOnlyList<HttpEndPoint> Inherit(IEnumerable<InheritedSocket> sockets, HttpTlsOptions? tls = null)
    {
        ArgumentNullException.ThrowIfNull(sockets);
        return [.. sockets.GroupBy(static socket => socket.EndPoint.ToString()).Select(group => new HttpEndPoint(group.First().EndPoint, tls) { Inherited = [.. group] })];
    }

    /// <exception cref="ArgumentException">The address is of another kind, or something does not go with it.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Address);
        if (Address is not (IPEndPoint or UnixDomainSocketEndPoint)) throw new ArgumentException("Give an IPEndPoint or a UnixDomainSocketEndPoint.", nameof(Address));
        if (UnixSocket != null && Address is not UnixDomainSocketEndPoint) throw new ArgumentException("UnixSocket goes with a UnixDomainSocketEndPoint.", nameof(UnixSocket));
        if (UnixSocket is { Owner: "" } or { Group: "" }) throw new ArgumentException("Give a name or a number, or null.", nameof(UnixSocket));
        ProxyProtocol?.Validate();
        Tls?.Validate();
    }
}
