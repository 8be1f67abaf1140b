using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace FastCore.Net.Http.Client;

/// <summary>A host as a pool knows it (<see cref="HttpConnectionPool.GetHost(Uri)"/>): where requests are sent to. Any thread may use it.</summary>
/// <remarks>
/// On one of the pool's reactors a request is begun at once and <c>await</c> resumes there, without a hop between threads
/// and without an allocation. From elsewhere it is posted to a reactor, and <c>await</c> resumes where it would after any task.
/// </remarks>
public sealed class HttpClientHost
{
    private readonly HostPool[] _pools;

    internal HttpClientHost(HttpConnectionPool pool, Uri address, UnixDomainSocketEndPoint? socket)
    {
        Socket = socket;
        Pool = pool;
        Address = address;
        IsSecure = address.Scheme == Uri.UriSchemeHttps;
        // Without brackets, as it is resolved.
        Name = address.IdnHost;
        Literal = IPAddress.TryParse(Name, out var literal) ? literal : null;
        var authority = Literal is { AddressFamily: AddressFamily.InterNetworkV6 } ? $"[{Name}]" : Name;
        HostLine = Encoding.ASCII.GetBytes($"Host: {authority}{(address.IsDefaultPort ? "" : $":{address.Port}")}\r\n");
        if (IsSecure) Tls = Complete(pool.Options.Tls ?? new SslClientAuthenticationOptions { AllowRenegotiation = false });
        _pools = [.. pool.Shards.Select(shard => shard.Add(this))];
    }

    /// <summary>Scheme, host and port.</summary>
    public Uri Address { get; }

    /// <summary>The Unix-domain socket it is reached through, in the place of the address's own; <see langword="null"/> for most.</summary>
    public UnixDomainSocketEndPoint? Socket { get; }

    internal HttpConnectionPool Pool { get; }
    internal bool IsSecure { get; }
    internal string Name { get; }
    internal IPAddress? Literal { get; }
    internal byte[] HostLine { get; }
    internal SslClientAuthenticationOptions? Tls { get; }

    /// <summary>Sends a request; ends when the response's head has come. Its body is read with <see cref="HttpClientResponse.ReadAsync"/>.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="cancellationToken">Ends the wait, and the connection if the request was under way on one.</param>
    /// <exception cref="HttpRequestException">No connection could be opened, it ended too early, or what came is not HTTP; <see cref="HttpRequestException.HttpRequestError"/> says which.</exception>
    /// <exception cref="TimeoutException">One of the pool's times passed; the message says which, and what was waited for.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The pool has been disposed of.</exception>
    public ValueTask<HttpClientResponse> SendAsync(HttpClientRequest request, CancellationToken cancellationToken = default) => Begin(request, false, cancellationToken);

    /// <summary>Sends a request; ends when the whole response has come, so that <see cref="HttpClientResponse.Body"/> is there.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public ValueTask<HttpClientResponse> FetchAsync(HttpClientRequest request, CancellationToken cancellationToken = default) => Begin(request, true, cancellationToken);

    /// <summary>Opens connections until there are <paramref name="count"/> on each of the pool's reactors, or as many as may be.</summary>
    /// <returns>Ends when they are open.</returns>
    /// <exception cref="HttpRequestException">One could not be opened.</exception>
    /// <exception cref="TimeoutException">One could not be opened in time.</exception>
    public Task WarmUpAsync(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Task.WhenAll(_pools.Select(pool => pool.WarmUpAsync(count)));
    }

    private ValueTask<HttpClientResponse> Begin(HttpClientRequest request, bool wantsWhole, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var here = Pool.ShardHere();
        var shard = here ?? Pool.NextShard();
        return Pool.Rent(here).Begin(_pools[shard.Index], request, wantsWhole, here != null, cancellationToken);
    }

    private SslClientAuthenticationOptions Complete(SslClientAuthenticationOptions given) => new()
    {
        TargetHost = given.TargetHost ?? Name,
        ApplicationProtocols = given.ApplicationProtocols ?? [SslApplicationProtocol.Http11],
        AllowRenegotiation = given.AllowRenegotiation,
        AllowTlsResume = given.AllowTlsResume,
        CertificateChainPolicy = given.CertificateChainPolicy,
        CertificateRevocationCheckMode = given.CertificateRevocationCheckMode,
        CipherSuitesPolicy = given.CipherSuitesPolicy,
        ClientCertificateContext = given.ClientCertificateContext,
        ClientCertificates = given.ClientCertificates,
        EnabledSslProtocols = given.EnabledSslProtocols,
        EncryptionPolicy = given.EncryptionPolicy,
        LocalCertificateSelectionCallback = given.LocalCertificateSelectionCallback,
        RemoteCertificateValidationCallback = given.RemoteCertificateValidationCallback,
    };
}
