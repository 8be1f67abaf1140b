using System.Net;
using System.Net.Security;
using FastCore.Net.Transport;
using static FastCore.Net.Http.OptionRange;

namespace FastCore.Net.Http.Client;

/// <summary>What an <see cref="HttpConnectionPool"/> is made with. Numbers of connections and of waiting requests are counted on each of its reactors.</summary>
public sealed record HttpConnectionPoolOptions
{
    /// <summary>Idle connections kept, to all hosts together; one that becomes idle beyond it is closed.</summary>
    public int MaxIdleConnections { get; init; } = 512;

    /// <summary>Idle connections kept to one host; one that becomes idle beyond it is closed.</summary>
    public int MaxIdleConnectionsPerHost { get; init; } = 512;

    /// <summary>Connections to one host, those being opened included; beyond it requests wait.</summary>
    public int MaxConnectionsPerHost { get; init; } = 512;

    /// <summary>
    /// Requests that may be under way on one connection at a time (RFC 9112 §9.3.2); 1, the default, is no pipelining. Idempotent requests
    /// without a body are sent behind others, instead of waiting, once no connection is idle and no other may be
    /// opened (<see cref="MaxConnectionsPerHost"/>). Answers come in the order of the requests, so each waits for those before it. For
    /// servers that are known to read pipelined requests properly.
    /// </summary>
    public int MaxPipelinedRequests { get; init; } = 1;

    /// <summary>Requests that may wait for a connection to one host; beyond it a request fails at once.</summary>
    public int MaxWaiters { get; init; } = 10_000;

    /// <summary>How long a request may wait for a connection, the opening of one included.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How long an idle connection is kept.</summary>
    public TimeSpan IdleConnectionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How old a connection may get; it is closed at the end of the request then under way. New ones ask for the host's addresses again. <see cref="Timeout.InfiniteTimeSpan"/>: any age.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the opening of a connection may take: finding the addresses, trying them and the TLS handshake.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// TLS handshakes that compute at once, on the thread pool and for all reactors together; the rest wait in order, within <see cref="ConnectTimeout"/>.
    /// Four for each processor unless set, 16 at least and 1024 at most: the platform may fetch a missing certificate or a list of revoked ones
    /// (AIA, CRL, OCSP) while it checks a server's, and then one of them waits for the network.
    /// </summary>
    public int MaxConcurrentHandshakes { get; init; } = Math.Clamp(4 * Environment.ProcessorCount, 16, 1024);

    /// <summary>How long the next address is held back while one is being tried (RFC 8305 §5).</summary>
    public TimeSpan ConnectionAttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>From the moment a request has been sent to the end of its response's head.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>From the call to the end of the response's body; <see cref="Timeout.InfiniteTimeSpan"/>: any time.</summary>
    public TimeSpan RequestTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long a server may take nothing of a request; its connection is then ended. For the pool's own reactors.</summary>
    public TimeSpan SendStallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes of a response's status line.</summary>
    public int MaxStatusLineSize { get; init; } = 8 * 1024;

    /// <summary>Bytes of all header fields of a response.</summary>
    public int MaxHeadersSize { get; init; } = 64 * 1024;

    /// <summary>Header fields of a response.</summary>
    public int MaxHeaderCount { get; init; } = 200;

    /// <summary>Bytes of a body that is held in memory for <see cref="HttpClientHost.FetchAsync"/>.</summary>
    public int MaxBufferedBodySize { get; init; } = 64 << 20;

    /// <summary>
    /// How HTTPS is spoken. The host's name and, if none is named, the protocol http/1.1 are added. Its callbacks are called on a thread of the pool.
    /// <see langword="null"/>: as the platform does by itself, but for <see cref="SslClientAuthenticationOptions.AllowRenegotiation"/>.
    /// </summary>
    /// <remarks>
    /// Renegotiation (TLS 1.2 and older) runs on the reactor's thread, its callbacks too, and holds up its other connections. Options that are given are taken as they are, and
    /// allow it unless they say otherwise; without any it is refused.
    /// </remarks>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Finds the addresses of a host, in place of <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/>. Called on a reactor's thread, which it must not block.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }

    /// <summary>The engine of the pool's own reactors; <see langword="null"/> takes the environment's choice or the best that works (<see cref="TransportSelector"/>).</summary>
    public TransportKind? Transport { get; init; }

    /// <summary>How many reactors the pool starts, unless it is given some.</summary>
    public int Reactors { get; init; } = 1;

    /// <summary>Told what failed in the pool's own reactors, with a sentence that says where. <see langword="null"/> writes to <see cref="System.Diagnostics.Trace"/>.</summary>
    public Action<Exception, string>? OnError { get; init; }

    internal ReactorOptions ForReactor(int index) => new()
    {
        Transport = Transport,
        Name = $"http-client-{index}",
        SendStallTimeout = SendStallTimeout,
        LingerTimeout = TimeSpan.FromMilliseconds(500),
        OnError = OnError,
    };

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Validate()
    {
        InRange(nameof(MaxIdleConnections), MaxIdleConnections, 0, int.MaxValue);
        InRange(nameof(MaxIdleConnectionsPerHost), MaxIdleConnectionsPerHost, 0, int.MaxValue);
        InRange(nameof(MaxConnectionsPerHost), MaxConnectionsPerHost, 1, int.MaxValue);
        InRange(nameof(MaxPipelinedRequests), MaxPipelinedRequests, 1, 1024);
        InRange(nameof(MaxWaiters), MaxWaiters, 1, int.MaxValue);
        InRange(nameof(QueueTimeout), QueueTimeout.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(IdleConnectionTimeout), IdleConnectionTimeout.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(ConnectTimeout), ConnectTimeout.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(MaxConcurrentHandshakes), MaxConcurrentHandshakes, 1, 1024);
        InRange(nameof(ConnectionAttemptDelay), ConnectionAttemptDelay.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(HeadersTimeout), HeadersTimeout.TotalMilliseconds, 1, int.MaxValue);
        if (ConnectionLifetime != Timeout.InfiniteTimeSpan) InRange(nameof(ConnectionLifetime), ConnectionLifetime.TotalMilliseconds, 0, int.MaxValue);
        if (RequestTimeout != Timeout.InfiniteTimeSpan) InRange(nameof(RequestTimeout), RequestTimeout.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(MaxStatusLineSize), MaxStatusLineSize, 16, 1 << 20);
        InRange(nameof(MaxHeadersSize), MaxHeadersSize, 16, 1 << 20);
        InRange(nameof(MaxHeaderCount), MaxHeaderCount, 1, 10_000);
        InRange(nameof(MaxBufferedBodySize), MaxBufferedBodySize, 0, 1 << 30);
        InRange(nameof(Reactors), Reactors, 1, 1024);
        ForReactor(0).Validate();
    }
}
