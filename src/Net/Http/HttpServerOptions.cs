using System.Net;
using FastCore.Net.Http.Observing;
using FastCore.Net.Transport;
using FastCore.Scheduling;
using static FastCore.Net.Http.OptionRange;

namespace FastCore.Net.Http;

/// <summary>What an <see cref="HttpServer"/> is made with. The limits are safe as they are; a limit that is passed ends in the status RFC 9110 names for it.</summary>
public sealed record HttpServerOptions
{
    /// <summary>
    /// The address to listen on: an <see cref="IPEndPoint"/>, whose port 0 takes a free one, or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>;
    /// <see langword="null"/> listens on <see cref="MoreEndPoints"/> only.
    /// </summary>
    public EndPoint? EndPoint { get; init; } = new IPEndPoint(IPAddress.Loopback, 8080);

    /// <summary>What HTTPS is spoken with at <see cref="EndPoint"/>; <see langword="null"/> speaks plain HTTP.</summary>
    public HttpTlsOptions? Tls { get; init; }

    /// <summary>Further addresses to listen on; there is more to be said of these than of <see cref="EndPoint"/> (<see cref="HttpEndPoint"/>).</summary>
    public IReadOnlyList<HttpEndPoint> MoreEndPoints { get; init; } = [];

    /// <summary>The engine; <see langword="null"/> takes the environment's choice or the best that works (<see cref="TransportSelector"/>).</summary>
    public TransportKind? Transport { get; init; }

    /// <summary>The processors to run on, one reactor each; <see langword="null"/> leaves that to the system.</summary>
    public IReadOnlyList<int>? Cpus { get; init; }

    /// <summary>How many reactors to run when <see cref="Cpus"/> does not say; <see langword="null"/> runs one per processor.</summary>
    public int? Reactors { get; init; }

    /// <summary>Bytes of a request line; beyond it 414.</summary>
    public int MaxRequestLineSize { get; init; } = 8 * 1024;

    /// <summary>Bytes of all header fields of a request; beyond it 431.</summary>
    public int MaxHeadersSize { get; init; } = 32 * 1024;

    /// <summary>Header fields of a request; beyond it 431.</summary>
    public int MaxHeaderCount { get; init; } = 100;

    /// <summary>Bytes of a request's body; beyond it 413.</summary>
    public long MaxRequestBodySize { get; init; } = 30_000_000;

    /// <summary>Bytes of a body that is held in memory for a handler mapped with <see cref="HttpServer.Map"/>; beyond it 413.</summary>
    public int MaxBufferedBodySize { get; init; } = 1 << 20;

    /// <summary>
    /// Whether POST, PUT and PATCH need a Content-Length or a Transfer-Encoding, and get 411 without. Clients of today
    /// send one even for an empty body; without, what a careless client sends as the body would be read as its next request.
    /// </summary>
    public bool RequireLength { get; init; } = true;

    /// <summary>From the first byte of a head to its end; beyond it 408.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may be silent before its first request and between two; it is then closed.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a body may bring less than <see cref="MinRequestBodyRate"/> while it is waited for; beyond it 408.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes a second that a body must bring on average over a <see cref="BodyTimeout"/>; with zero a single byte is enough.</summary>
    public double MinRequestBodyRate { get; init; } = 240;

    /// <summary>How long a client may take nothing of its answer; its connection is then ended.</summary>
    public TimeSpan SendStallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Bytes a second that a client must take of its answers while they wait for it, on average over <see cref="SendStallTimeout"/>;
    /// slower, its connection is ended. With zero a single byte in that time is enough.
    /// </summary>
    public double MinResponseRate { get; init; } = 240;

    /// <summary>How long, at least, an answer may wait for its client, if it would have to be faster by <see cref="MinResponseRate"/>.</summary>
    public TimeSpan MinResponseGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection that the server closes waits for the client to close too, so that the last answer arrives (RFC 9112 §9.6).</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Has trusted proxies tell by header fields where requests come from; <see langword="null"/> believes nobody.</summary>
    public ForwardedOptions? Forwarded { get; init; }

    /// <summary>Connections the server holds at once; beyond it the newest is answered with 503 and a Retry-After field, and closed (over TLS it is reset, since the answer would cost a handshake).</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>Connections one client holds at once, by its address or, with IPv6, by the first 64 bits of it; beyond it the newest is treated as by <see cref="MaxConnections"/>.</summary>
    public int MaxConnectionsPerAddress { get; init; } = int.MaxValue;

    /// <summary>Connections the server accepts a second, on average; beyond it the newest is treated as by <see cref="MaxConnections"/>.</summary>
    public double MaxConnectionsPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>How many connections may come at once within <see cref="MaxConnectionsPerSecond"/>; <see langword="null"/> takes those of a second.</summary>
    public int? ConnectionBurst { get; init; }

    /// <summary>
    /// TLS handshakes that compute at once, on the thread pool; the rest wait in order, within <see cref="HttpTlsOptions.HandshakeTimeout"/>. One that
    /// waits for its client does not count. As many as there are processors, unless set; 1024 at most.
    /// </summary>
    public int MaxConcurrentHandshakes { get; init; } = Math.Min(Environment.ProcessorCount, 1024);

    /// <summary>Requests a connection carries; the last is answered with <c>Connection: close</c>.</summary>
    public int MaxRequestsPerConnection { get; init; } = int.MaxValue;

    /// <summary>How long a server that is told to stop goes on as before, but for <see cref="HttpServer.MapReadiness"/>, which answers 503: the time for a balancer to notice.</summary>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Connections a reactor holds at once; beyond it the newest is closed.</summary>
    public int MaxConnectionsPerReactor { get; init; } = 1_000_000;

    /// <summary>Receive buffers of a reactor, shared by its connections; a power of two.</summary>
    public int ReceiveBufferCount { get; init; } = 512;

    /// <summary>Bytes in each receive buffer.</summary>
    public int ReceiveBufferSize { get; init; } = 4096;

    /// <summary>How answers are compressed while they are sent; <see langword="null"/> compresses none.</summary>
    public HttpCompressionOptions? Compression { get; init; }

    /// <summary>How bodies of requests that have a Content-Encoding field are decoded; <see langword="null"/>: handlers see them as they were sent.</summary>
    public HttpRequestDecodingOptions? RequestDecoding { get; init; }

    /// <summary>The Server field of every response; <see langword="null"/> sends none.</summary>
    public string? ServerHeader { get; init; }

    /// <summary>
    /// Runs the handlers that are offloaded (<see cref="HttpServer.MapOffloaded"/>). It must outlive the server; what it does
    /// not run any more is answered with 503. <see langword="null"/>: the server starts one of its own if it needs one.
    /// </summary>
    public Scheduler? Scheduler { get; init; }

    /// <summary>
    /// Whether handlers mapped with <see cref="HttpServer.MapAsync"/> run on the scheduler too, from their first line and after
    /// each <c>await</c>: then they may compute for long, and each costs two hops between threads and one more for each read
    /// of the body that has to wait.
    /// </summary>
    public bool AsyncHandlersOnScheduler { get; init; }

    /// <summary>Who hears of every request that has been answered: <see cref="HttpServerMetrics"/>, an <see cref="HttpAccessLog"/>, your own.</summary>
    public IReadOnlyList<IHttpObserver> Observers { get; init; } = [];

    /// <summary>Told what a handler threw, or what failed in the engine, with a sentence that says where; on a reactor's thread, or the pool's in a TLS handshake. <see langword="null"/> writes to <see cref="System.Diagnostics.Trace"/>.</summary>
    public Action<Exception, string>? OnError { get; init; }

    internal IEnumerable<HttpEndPoint> AllEndPoints => EndPoint == null ? MoreEndPoints : MoreEndPoints.Prepend(new HttpEndPoint(EndPoint, Tls));

    internal int ConnectionsAtOnce => ConnectionBurst ?? (int)Math.Clamp(MaxConnectionsPerSecond, 1, int.MaxValue);

    internal int ReactorCount => Cpus?.Count ?? Reactors ?? Environment.ProcessorCount;

    internal ReactorOptions ForReactor(int index) => new()
    {
        Transport = Transport,
        Cpu = Cpus?[index],
        Name = $"http-{index}",
        SendStallTimeout = SendStallTimeout,
        MinSendRate = MinResponseRate,
        MinSendGrace = MinResponseGrace,
        LingerTimeout = LingerTimeout,
        MaxConnections = MaxConnectionsPerReactor,
        ReceiveBufferCount = ReceiveBufferCount,
        ReceiveBufferSize = ReceiveBufferSize,
        OnError = OnError,
    };

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The Server field is not legal.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(MoreEndPoints);
        if (!AllEndPoints.Any()) throw new ArgumentException("A server listens somewhere: give EndPoint or MoreEndPoints.", nameof(EndPoint));
        if (EndPoint == null && Tls != null) throw new ArgumentException("Tls goes with EndPoint; those in MoreEndPoints have their own.", nameof(Tls));
        ArgumentNullException.ThrowIfNull(Observers);
        foreach (var endPoint in AllEndPoints)
        {
            ArgumentNullException.ThrowIfNull(endPoint, nameof(MoreEndPoints));
            endPoint.Validate();
        }
        Forwarded?.Validate();
        Compression?.Validate();
        RequestDecoding?.Validate();
        InRange(nameof(Reactors), ReactorCount, 1, 1024);
        InRange(nameof(MaxRequestLineSize), MaxRequestLineSize, 16, 1 << 20);
        InRange(nameof(MaxHeadersSize), MaxHeadersSize, 16, 1 << 20);
        InRange(nameof(MaxHeaderCount), MaxHeaderCount, 1, 10_000);
        InRange(nameof(MaxRequestBodySize), MaxRequestBodySize, 0, long.MaxValue);
        InRange(nameof(MaxBufferedBodySize), MaxBufferedBodySize, 0, 1 << 30);
        InRange(nameof(HeaderTimeout), HeaderTimeout.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(KeepAliveTimeout), KeepAliveTimeout.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(BodyTimeout), BodyTimeout.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(MinRequestBodyRate), MinRequestBodyRate, 0, 1e12);
        InRange(nameof(MinResponseRate), MinResponseRate, 0, 1e12);
        InRange(nameof(MinResponseGrace), MinResponseGrace.TotalMilliseconds, 1, int.MaxValue);
        InRange(nameof(MaxConnectionsPerSecond), MaxConnectionsPerSecond, 0.001, double.PositiveInfinity);
        if (ConnectionBurst is { } burst) InRange(nameof(ConnectionBurst), burst, 1, int.MaxValue);
        if (ConnectionBurst != null && double.IsPositiveInfinity(MaxConnectionsPerSecond)) throw new ArgumentException("ConnectionBurst goes with MaxConnectionsPerSecond.", nameof(ConnectionBurst));
        InRange(nameof(MaxConnections), MaxConnections, 1, int.MaxValue);
        InRange(nameof(MaxConnectionsPerAddress), MaxConnectionsPerAddress, 1, int.MaxValue);
        InRange(nameof(MaxConcurrentHandshakes), MaxConcurrentHandshakes, 1, 1024);
        InRange(nameof(MaxRequestsPerConnection), MaxRequestsPerConnection, 1, int.MaxValue);
        InRange(nameof(DrainDelay), DrainDelay.TotalMilliseconds, 0, int.MaxValue);
        if (ServerHeader != null && (ServerHeader.Length is 0 or > 256 || ServerHeader.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0))
            throw new ArgumentException("Give printable ASCII of at most 256 characters, or null for none.", nameof(ServerHeader));
        ForReactor(0).Validate();
    }
}
