using FastCore.Net.Http.Tls;

namespace FastCore.Net.Http.Server;

/// <summary>What the connections of one end point have in common, on all reactors.</summary>
internal sealed class ServedEndPoint(CertificateStore? certificates, ProxyProtocolOptions? proxy, bool isUnix)
{
    private readonly NetworkList? _proxies = proxy == null ? null : new NetworkList(proxy.From);

    /// <summary>What TLS is spoken with; null for plain HTTP.</summary>
    public CertificateStore? Certificates { get; } = certificates;

    /// <summary>How long the header of the PROXY protocol may take.</summary>
    public int ProxyHeaderMilliseconds { get; } = (int)(proxy?.HeaderTimeout.TotalMilliseconds ?? 0);

    public bool IsUnix => isUnix;

    /// <summary>Whether some connections begin with a header of the PROXY protocol.</summary>
    public bool HasProxies => proxy != null;

    /// <summary>Whether those that come from no proxy are served.</summary>
    public bool ServesOthers => proxy is null or { ServeOthers: true };

    /// <summary>Whether a peer is a proxy.</summary>
    /// <param name="peer">Its address; null over a Unix-domain socket, or if it has gone.</param>
    public bool IsProxy(System.Net.IPEndPoint? peer) => _proxies != null && (isUnix || (peer != null && _proxies.Contains(peer.Address)));
}
