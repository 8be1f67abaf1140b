using System.Diagnostics;
using System.Text;
using FastCore.Net.Http.Coding;
using FastCore.Net.Http.Observing;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tls;
using FastCore.Scheduling;

namespace FastCore.Net.Http.Server;

/// <summary>
/// The server's share on one reactor: what its connections have in common, and nothing any other reactor touches. On the
/// reactor's thread, but for reading the counters.
/// </summary>
internal sealed class HttpShard
{
    // As many as may wait at a time behind a gateway; what they hold goes back before them.
    private const int KeptExchanges = 8192;

    private readonly Stack<HttpExchange> _exchanges = new();
    private readonly Action<Exception, string>? _onError;
    private readonly IHttpObserver[] _observers;
    private readonly TaskCompletionSource _retired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HttpShard(HttpServerOptions options, Router router, Reactor reactor, Scheduler? scheduler = null, CancellationToken stopping = default)
    {
        Stopping = stopping;
        Scheduler = scheduler;
        Router = router;
        Reactor = reactor;
        Limits = new ParseLimits(options.MaxRequestLineSize, options.MaxHeadersSize, options.MaxHeaderCount);
        MaxBody = options.MaxRequestBodySize;
        MaxBufferedBody = (int)Math.Min(options.MaxBufferedBodySize, options.MaxRequestBodySize);
        HeaderMilliseconds = (int)options.HeaderTimeout.TotalMilliseconds;
        KeepAliveMilliseconds = (int)options.KeepAliveTimeout.TotalMilliseconds;
        BodyMilliseconds = (int)options.BodyTimeout.TotalMilliseconds;
        MinBodyBytes = Math.Max(1, (long)(options.MinRequestBodyRate * options.BodyTimeout.TotalSeconds));
        RequiresLength = options.RequireLength;
        ServerLine = options.ServerHeader is { } name ? [.. "Server: "u8, .. Encoding.ASCII.GetBytes(name), .. "\r\n"u8] : [];
        Coding = options.Compression == null ? null : new ResponseCoding(options.Compression, Buffers);
        Decoding = options.RequestDecoding == null ? null : new RequestDecoding(options.RequestDecoding);
        _onError = options.OnError;
        _observers = [.. options.Observers];
        MaxRequestsPerConnection = options.MaxRequestsPerConnection;
        Forwarding = options.Forwarded is { } forwarded ? new Forwarding(forwarded) : null;
    }

    public Router Router { get; }
    public Reactor Reactor { get; }

    /// <summary>Runs the handlers that are offloaded; there when there is one.</summary>
    public Scheduler? Scheduler { get; }
    public ParseLimits Limits { get; }
    public InputBuffers Buffers { get; } = new();

    /// <summary>Codes answers; null if none is coded.</summary>
    public ResponseCoding? Coding { get; }

    /// <summary>Decodes bodies of requests; null if handlers see them as they were sent.</summary>
    public RequestDecoding? Decoding { get; }
    public long MaxBody { get; }
    public int MaxBufferedBody { get; }
    public int HeaderMilliseconds { get; }
    public int KeepAliveMilliseconds { get; }
    public int BodyMilliseconds { get; }

    /// <summary>What a body must bring in <see cref="BodyMilliseconds"/> of waiting.</summary>
    public long MinBodyBytes { get; }
    public bool RequiresLength { get; }
    public byte[] ServerLine { get; }
    public int MaxRequestsPerConnection { get; }

    /// <summary>Who is believed about clients; null if nobody is.</summary>
    public Forwarding? Forwarding { get; }

    /// <summary>How many connections there may be; null if nobody set a limit.</summary>
    public ConnectionLimits? ConnectionLimits { get; init; }

    /// <summary>How many connections may come in a time; null if nobody set a limit.</summary>
    public AcceptRate? AcceptRate { get; init; }

    /// <summary>Lets handshakes compute; there when an endpoint speaks TLS.</summary>
    public HandshakeGate? Handshakes { get; init; }

    /// <summary>The reactor's thread; set by its first work.</summary>
    public int ThreadId { get; private set; }

    /// <summary>Answers say that their connection ends.</summary>
    public bool IsRetiring { get; private set; }

    /// <summary>Idle connections end, too.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Cancelled when the server begins to stop.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Requests answered, refused ones included.</summary>
    public long Requests;

    /// <summary>Requests refused because they were malformed, too large or too slow.</summary>
    public long Refused;

    public int Connections;

    /// <summary>Exchanges handed out and not returned.</summary>
    public int ExchangesInUse { get; private set; }

    /// <summary>Says which thread it lives on. Before its first connection.</summary>
    public void Attach() => ThreadId = Environment.CurrentManagedThreadId;

    public HttpExchange Rent()
    {
        ExchangesInUse++;
        return _exchanges.TryPop(out var exchange) ? exchange : new HttpExchange(this);
    }

    public void Return(HttpExchange exchange)
    {
        exchange.Reset();
        ExchangesInUse--;
        Debug.Assert(ExchangesInUse >= 0, "An exchange is returned once.");
        if (_exchanges.Count < KeptExchanges) _exchanges.Push(exchange);
    }

    public void ConnectionClosed()
    {
        Connections--;
        if (Connections > 0) return;
        if (IsStopping) _emptied.TrySetResult();
        if (IsRetiring) _retired.TrySetResult();
    }

    /// <summary>Asks for a close with every answer, and leaves idle connections alone. The task ends with the last connection.</summary>
    public Task BeginRetire()
    {
        if (!Reactor.TryPost(static state => ((HttpShard)state!).Retire(), this)) _retired.TrySetResult();
        return _retired.Task;
    }

    private void Retire()
    {
        IsRetiring = true;
        if (Connections == 0) _retired.TrySetResult();
    }

    /// <summary>Lets connections end when they are idle, and asks for a close with every answer. The task ends with the last connection.</summary>
    public Task BeginStop()
    {
        if (!Reactor.TryPost(static state => ((HttpShard)state!).Stop(), this)) _emptied.TrySetResult();
        return _emptied.Task;
    }

    private void Stop()
    {
        IsStopping = IsRetiring = true;
        Reactor.ForEachConnection(static connection => (connection as HttpConnection)?.CloseIfIdle());
        if (Connections == 0) _emptied.TrySetResult();
    }

    /// <summary>Somebody wants to hear of requests.</summary>
    public bool IsObserved
    {
        get
        {
            foreach (var observer in _observers)
            {
                if (observer.IsEnabled) return true;
            }
            return false;
        }
    }

    /// <summary>Tells of a request that is done with. What an observer throws is reported, and keeps nothing else from going on.</summary>
    public void Observe(HttpExchange exchange)
    {
        var record = new HttpRequestRecord(exchange, Stopwatch.GetElapsedTime(exchange.ObservedFrom));
        foreach (var observer in _observers)
        {
            if (!observer.IsEnabled) continue;
            try
            {
                observer.OnRequest(record);
            }
            catch (Exception failure)
            {
                Report(failure, $"{observer.GetType().Name}.{nameof(observer.OnRequest)} threw.");
            }
        }
    }

    public void Report(Exception failure, string where)
    {
        if (_onError != null) _onError(failure, where);
        else Trace.TraceError("{0} {1}", where, failure);
    }
}
