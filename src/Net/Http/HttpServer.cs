using System.Net;
using System.Net.Sockets;
using FastCore.Diagnostics;
using FastCore.Net.Hosting;
using FastCore.Net.Http.Server;
using FastCore.Net.Http.Tls;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tls;
using FastCore.Scheduling;

namespace FastCore.Net.Http;

/// <summary>
/// An HTTP/1.1 server: reactors that share a port, and handlers by method and path.
/// </summary>
/// <remarks>
/// <para>Handlers run on the reactor of their connection, so one that blocks or computes for long holds up all its other
/// connections, unless it is offloaded (<see cref="MapOffloaded"/>). They run on several reactors at once: what they share must be thread-safe.</para>
/// <para>HEAD is answered by the handler of GET, without the body; OPTIONS, unless mapped, with the methods of the path.
/// An unknown path gets 404, a method the path lacks 405, a method nobody maps 501. Paths are compared byte by byte, as
/// they were sent.</para>
/// <para>Thread-safety: map everything, then start; the other members may be called from any thread.</para>
/// </remarks>
public sealed partial class HttpServer : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan DisposeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SchedulerLimit = TimeSpan.FromMilliseconds(100);

    private static readonly PreparedResponse Live = PreparedResponse.Create(200, "live\n"u8.ToArray(), "text/plain", ("Cache-Control", "no-store"));
    private static readonly PreparedResponse Ready = PreparedResponse.Create(200, "ready\n"u8.ToArray(), "text/plain", ("Cache-Control", "no-store"));
    private static readonly PreparedResponse NotReady = PreparedResponse.Create(503, "not ready\n"u8.ToArray(), "text/plain", ("Cache-Control", "no-store"));

    private readonly HttpServerOptions _options;
    private readonly Router _router = new();
    private readonly Middleware _middleware = new();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Reactor[] _reactors = [];
    private HttpShard[] _shards = [];
    private EndPoint[] _endPoints = [];
    private ListeningSocket[] _sockets = [];
    private readonly List<CertificateStore> _certificates = [];

    // What handlers use, and ends with the server.
    private readonly List<IDisposable> _owned = [];
    private TransportChoice? _transport;
    private Task? _stop;
    private bool _needsScheduler;
    private bool _isDraining;
    private readonly TaskCompletionSource _isHurried = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A start that failed may be tried again.
    private bool _isWrapped;

    // One that the options did not name, and that ends with the server.
    private Scheduler? _ownScheduler;

    /// <summary>Lets the handshakes of all its reactors compute.</summary>
    internal HandshakeGate Handshakes { get; }

    /// <summary>Makes a server; <see cref="Start"/> starts it.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which, and the range.</exception>
    public HttpServer(HttpServerOptions? options = null)
    {
        _options = options ?? new HttpServerOptions();
        _options.Validate();
        Handshakes = new HandshakeGate(_options.MaxConcurrentHandshakes);
    }

    /// <summary>The first IP address it listens on, with the port it was given.</summary>
    /// <exception cref="InvalidOperationException">It has not been started, or listens on Unix-domain sockets only.</exception>
    public IPEndPoint EndPoint => _endPoints.OfType<IPEndPoint>().FirstOrDefault()
        ?? throw (_transport == null ? NotStarted() : new InvalidOperationException("The server listens on no IP address. EndPoints says where it does."));

    /// <summary>All addresses it listens on: <see cref="HttpServerOptions.EndPoint"/>, then <see cref="HttpServerOptions.MoreEndPoints"/>; none before the start.</summary>
    public IReadOnlyList<EndPoint> EndPoints => _endPoints;

    /// <summary>The engine it runs on, and why.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public TransportChoice Transport => _transport ?? throw NotStarted();

    /// <summary>Its reactors; none before the start.</summary>
    public IReadOnlyList<Reactor> Reactors => _reactors;

    /// <summary>Lets the running server be looked at (<see cref="LiveRegistry"/>): its reactors, and the scheduler of its offloaded handlers.</summary>
    /// <param name="name">What views call it.</param>
    public void Register(string name)
    {
        for (var i = 0; i < _reactors.Length; i++) LiveRegistry.Register($"{name}-{i}", _reactors[i]);
        if (_ownScheduler != null) LiveRegistry.Register(name, _ownScheduler);
    }

    /// <summary>What it has done and holds, a moment ago.</summary>
    public HttpServerCounters Counters
    {
        get
        {
            var sum = default(HttpServerCounters);
            foreach (var shard in _shards)
            {
                sum = new HttpServerCounters(
                    sum.Requests + Volatile.Read(ref shard.Requests), sum.Refused + Volatile.Read(ref shard.Refused), sum.Connections + shard.Connections,
                    sum.Exchanges + shard.ExchangesInUse, sum.InputBuffers + shard.Buffers.Leased);
            }
            return sum;
        }
    }

    /// <summary>
    /// Maps a handler that answers at once. It is called when the request has come whole; its body is in
    /// <see cref="HttpContext.Body"/> (at most <see cref="HttpServerOptions.MaxBufferedBodySize"/> bytes).
    /// </summary>
    /// <param name="method">The method; any token may be mapped.</param>
    /// <param name="path">An absolute path. A segment may be a parameter, and the last one the rest of the path: <c>/users/{id}/files/{**path}</c>
    /// (<see cref="HttpContext.GetRouteValue"/>). Where several paths fit, a literal goes before a parameter and that before the rest.</param>
    /// <param name="handler">Called on a reactor's thread. It must not block.</param>
    /// <exception cref="ArgumentException">The path is not one.</exception>
    /// <exception cref="InvalidOperationException">Method and path are mapped already, or the server has started.</exception>
    public void Map(HttpMethod method, string path, Action<HttpContext> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add(method, path, new Route(handler, null));
    }

    /// <summary>
    /// Maps a handler that takes its time. It is called when the head has come, and reads the body with
    /// <see cref="HttpContext.ReadBodyAsync"/> as it comes. After each <c>await</c> it goes on on the same reactor.
    /// </summary>
    /// <param name="method">The method; any token may be mapped.</param>
    /// <param name="path">An absolute path, which may have parameters (<see cref="Map"/>).</param>
    /// <param name="handler">Called on a reactor's thread. It must not block.</param>
    /// <exception cref="ArgumentException">The path is not one.</exception>
    /// <exception cref="InvalidOperationException">Method and path are mapped already, or the server has started.</exception>
    public void MapAsync(HttpMethod method, string path, Func<HttpContext, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add(method, path, new Route(null, handler) { IsOffloaded = _options.AsyncHandlersOnScheduler });
    }

    /// <summary>
    /// Maps a handler that computes for long or blocks. It is called when the request has come whole, on a worker of the
    /// scheduler (<see cref="HttpServerOptions.Scheduler"/>), so its reactor goes on with other connections; the requests
    /// behind it on its own connection wait. Its answer leaves when it has ended.
    /// </summary>
    /// <param name="method">The method; any token may be mapped.</param>
    /// <param name="path">An absolute path, which may have parameters (<see cref="Map"/>).</param>
    /// <param name="handler">Called on a worker's thread. What blocks for long should do it in <see cref="Scheduler.Blocking(Action)"/>.</param>
    /// <exception cref="ArgumentException">The path is not one.</exception>
    /// <exception cref="InvalidOperationException">Method and path are mapped already, or the server has started.</exception>
    public void MapOffloaded(HttpMethod method, string path, Action<HttpContext> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add(method, path, new Route(handler, null) { IsOffloaded = true });
    }

    /// <summary>Maps GET of a path to 200: the process lives, and its reactors turn.</summary>
    /// <param name="path">An absolute path, such as <c>/health/live</c>.</param>
    /// <inheritdoc cref="Map"/>
    public void MapLiveness(string path) => Map(HttpMethod.Get, path, static context => context.Respond(Live));

    /// <summary>Maps GET of a path to 200 while the server wants requests, and to 503 as soon as it has been told to stop (<see cref="HttpServerOptions.DrainDelay"/>).</summary>
    /// <param name="path">An absolute path, such as <c>/health/ready</c>.</param>
    /// <param name="isReady">Asked each time on a reactor's thread; 503 too when it says no. <see langword="null"/> is always ready.</param>
    /// <inheritdoc cref="Map"/>
    public void MapReadiness(string path, Func<bool>? isReady = null) =>
        Map(HttpMethod.Get, path, context => context.Respond(!Volatile.Read(ref _isDraining) && isReady?.Invoke() != false ? Ready : NotReady));

    /// <summary>
    /// Puts something around every handler mapped with <see cref="Map"/> or <see cref="MapOffloaded"/>, whenever it is mapped:
    /// given the handler it returns what is called instead, which calls the handler or answers itself. What is used first is
    /// outermost. Requests the server answers itself (404, 405, OPTIONS, refusals) do not pass it.
    /// </summary>
    /// <param name="middleware">Called once per handler, when the server starts.</param>
    /// <exception cref="InvalidOperationException">The server has started.</exception>
    public void Use(Func<Action<HttpContext>, Action<HttpContext>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        lock (_gate)
        {
            ThrowIfStarted();
            _middleware.Add(middleware);
        }
    }

    /// <summary>The same for the handlers mapped with <see cref="MapAsync"/>.</summary>
    /// <inheritdoc cref="Use"/>
    public void UseAsync(Func<Func<HttpContext, ValueTask>, Func<HttpContext, ValueTask>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        lock (_gate)
        {
            ThrowIfStarted();
            _middleware.Add(middleware);
        }
    }

    private void ThrowIfStarted()
    {
        if (_transport != null || _stop != null) throw new InvalidOperationException("Map everything before the server is started.");
    }

    /// <summary>What is mapped.</summary>
    internal Router Router => _router;

    private void Add(HttpMethod method, string path, Route route)
    {
        lock (_gate)
        {
            ThrowIfStarted();
            _router.Add(method, path, route);
            _needsScheduler |= route.IsOffloaded;
        }
    }

    /// <summary>Starts the reactors and listens. Returns when connections are accepted.</summary>
    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    /// <exception cref="SocketException">An address is in use, not this machine's, or not permitted.</exception>
    /// <exception cref="TransportUnavailableException">The transport that was asked for can't run here.</exception>
    /// <exception cref="PlatformNotSupportedException">A Unix-domain socket elsewhere than on Linux.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (_transport != null || _stop != null) throw new InvalidOperationException("A server is started once.");
            if (!_isWrapped) _router.Wrap(_middleware);
            _isWrapped = true;
            var sockets = new List<ListeningSocket>();
            var (reactors, transport) = TransportSelector.Start([.. Enumerable.Range(0, _options.ReactorCount).Select(_options.ForReactor)], _options.Transport);
            try
            {
                if (_needsScheduler && _options.Scheduler == null) _ownScheduler = new Scheduler(new SchedulerOptions { Name = "http" });
                var limits = _options.MaxConnections == int.MaxValue && _options.MaxConnectionsPerAddress == int.MaxValue ? null : new ConnectionLimits(_options.MaxConnections, _options.MaxConnectionsPerAddress);
                var rate = double.IsPositiveInfinity(_options.MaxConnectionsPerSecond) ? null : new AcceptRate(_options.MaxConnectionsPerSecond, _options.ConnectionsAtOnce);
                var shards = reactors.Select(reactor => new HttpShard(_options, _router, reactor, _options.Scheduler ?? _ownScheduler, _stopping.Token) { ConnectionLimits = limits, AcceptRate = rate, Handshakes = Handshakes }).ToArray();
                // Posted before Listen, so it has run when the first connection comes.
                foreach (var shard in shards) shard.Reactor.Post(shard.Attach);
                var endPoints = _options.AllEndPoints.Select(endPoint => Listen(endPoint, shards, sockets)).ToArray();
                (_reactors, _shards, _transport, _endPoints, _sockets) = (reactors, shards, transport, endPoints, [.. sockets]);
            }
            catch
            {
                foreach (var reactor in reactors) reactor.Dispose();
                foreach (var socket in sockets)
                {
                    // Who has opened it may serve on.
                    if (socket.IsInherited) socket.KeepFile();
                    socket.Dispose();
                }
                _ownScheduler?.Dispose();
                _certificates.Clear();
                throw;
            }
        }
    }

    private EndPoint Listen(HttpEndPoint endPoint, HttpShard[] shards, List<ListeningSocket> opened)
    {
        var certificates = endPoint.Tls == null ? null : new CertificateStore(endPoint.Tls, shards[0].Report);
        if (certificates != null) _certificates.Add(certificates);
        var sockets = endPoint.Inherited.Count > 0
            ? [.. endPoint.Inherited.Select(static socket => socket.Take())]
            : ListeningSocket.Open(endPoint.Address, endPoint.UnixSocket, shards.Length);
        opened.AddRange(sockets);
        var place = new ServedEndPoint(certificates, endPoint.ProxyProtocol, sockets[0].EndPoint is UnixDomainSocketEndPoint);
        // Every reactor accepts somewhere, and every socket is accepted on, whichever there are more of.
        for (var i = 0; i < Math.Max(shards.Length, sockets.Length); i++)
        {
            var shard = shards[i % shards.Length];
            shard.Reactor.Listen(sockets[i % sockets.Length].Socket, () => new HttpConnection(shard, place));
        }
        return sockets[0].EndPoint;
    }

    /// <summary>Reads the certificates of <see cref="HttpTlsOptions.CertificateFile"/> again now. Connections that are open keep theirs. What can't be read is reported to <see cref="HttpServerOptions.OnError"/>, and the one before it stays.</summary>
    public void ReloadCertificates()
    {
        CertificateStore[] certificates;
        lock (_gate) certificates = [.. _certificates];
        foreach (var each in certificates) each.Reload();
    }

    /// <summary>
    /// Stops in order: accepts nothing more, closes idle connections, answers the requests that have begun with
    /// <c>Connection: close</c>, and after <paramref name="limit"/> aborts what is left. Before all that it goes on for
    /// <see cref="HttpServerOptions.DrainDelay"/>, unless the limit is zero. Called again, it awaits the first stop.
    /// </summary>
    /// <param name="limit">How long requests may take to end; <see cref="Timeout.InfiniteTimeSpan"/> waits for all.</param>
    /// <returns>Ends when no connection and no thread of the server is left.</returns>
    public Task StopAsync(TimeSpan limit)
    {
        // Who is in a hurry does not wait for balancers, nor go on doing so.
        if (limit == TimeSpan.Zero) _isHurried.TrySetResult();
        lock (_gate) return _stop ??= Task.Run(() => StopReactors(limit));
    }

    /// <summary>
    /// Stops once another process accepts on the same sockets (<see cref="SocketGiver"/>), so that no client notices: accepts nothing
    /// more, but leaves the sockets and their files; answers every request that still comes with <c>Connection: close</c>, for as long
    /// as <paramref name="grace"/>, and only then closes connections that are idle and goes on as <see cref="StopAsync"/> does. There is
    /// no <see cref="HttpServerOptions.DrainDelay"/>. Called again, it awaits the first stop.
    /// </summary>
    /// <param name="grace">How long connections may go on being idle. It ends early when none is left.</param>
    /// <param name="limit">How long requests may take to end after that.</param>
    /// <returns>Ends when no connection and no thread of the server is left.</returns>
    public Task RetireAsync(TimeSpan grace, TimeSpan limit)
    {
        lock (_gate) return _stop ??= Task.Run(() => RetireReactors(grace, limit));
    }

    /// <summary>Disposes of something that its handlers use when no connection is left.</summary>
    internal void DisposeAtEnd(IDisposable owned)
    {
        lock (_gate) _owned.Add(owned);
    }

    /// <summary>What it accepts on.</summary>
    internal IReadOnlyList<ListeningSocket> Sockets => _sockets;

    /// <summary>Looks at its sockets anew (<see cref="Reactor.AcceptAgain"/>).</summary>
    internal void AcceptAgain()
    {
        foreach (var reactor in _reactors) reactor.AcceptAgain();
    }

    /// <summary>Another process accepts on its sockets: accepts nothing more, and leaves them and their files.</summary>
    internal void LeaveSockets()
    {
        foreach (var socket in _sockets) socket.KeepFile();
        StopListening();
    }

    private async Task RetireReactors(TimeSpan grace, TimeSpan limit)
    {
        LeaveSockets();
        var emptied = Task.WhenAll(_shards.Select(static shard => shard.BeginRetire()));
        await Task.WhenAny(emptied, _isHurried.Task, Task.Delay(grace)).ConfigureAwait(false);
        await EndReactors(limit).ConfigureAwait(false);
    }

    private void StopListening()
    {
        foreach (var reactor in _reactors) reactor.StopListening();
        foreach (var socket in _sockets) socket.Dispose();
    }

    private async Task StopReactors(TimeSpan limit)
    {
        Volatile.Write(ref _isDraining, true);
        if (_options.DrainDelay > TimeSpan.Zero && _reactors.Length > 0) await Task.WhenAny(_isHurried.Task, Task.Delay(_options.DrainDelay)).ConfigureAwait(false);
        StopListening();
        await EndReactors(limit).ConfigureAwait(false);
    }

    private async Task EndReactors(TimeSpan limit)
    {
        TellHandlers();
        var emptied = Task.WhenAll(_shards.Select(static shard => shard.BeginStop()));
        if (limit > TimeSpan.Zero || limit == Timeout.InfiniteTimeSpan) await Task.WhenAny(emptied, Task.Delay(limit)).ConfigureAwait(false);
        foreach (var reactor in _reactors) reactor.Dispose();
        foreach (var owned in _owned) owned.Dispose();
        // A handler that runs on is left alone; its thread ends with it.
        _ownScheduler?.Shutdown(ShutdownMode.Cancel, SchedulerLimit);
    }

    private void TellHandlers()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException failures)
        {
            foreach (var shard in _shards.Take(1)) shard.Report(failures, "A callback of HttpContext.Stopping threw.");
        }
    }

    /// <summary>Stops with a limit of five seconds.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(DisposeLimit));

    /// <summary>Stops at once: aborts every connection.</summary>
    public void Dispose() => StopAsync(TimeSpan.Zero).GetAwaiter().GetResult();

    private static InvalidOperationException NotStarted() => new("The server has not been started.");
}
