using System.Net;
using System.Net.Sockets;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Forwarding;
using FastCore.Gateway.Observing;
using FastCore.Gateway.Revocation;
using FastCore.Gateway.Routing;
using FastCore.Gateway.Tokens;
using FastCore.Net.Http;
using FastCore.Net.Http.Observing;
using FastCore.Net.Transport;

namespace FastCore.Gateway;

/// <summary>The gateway: a server whose handlers ask upstreams through pools on the server's own reactors.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromSeconds(30);

    private readonly HttpServer _server;
    private readonly ITimer _forgetting;
    private readonly GatewayMetrics _metrics;
    private HttpServer? _admin;
    private IRevocationSource? _source;

    private Gateway(GatewayConfiguration configuration, TimeProvider time, Action<Exception, string> onError)
    {
        Tokens = configuration.Tokens is { } settings ? new TokenGate(settings, time) : null;
        _server = new HttpServer(new HttpServerOptions
        {
            EndPoint = ConfigurationFile.EndPoint(configuration.Listen, "listen"),
            Cpus = configuration.Cpus,
            Transport = ConfigurationFile.Transport(configuration.Transport),
            MaxRequestBodySize = configuration.MaxBody,
            Observers = [HttpServerMetrics.Default],
            OnError = onError,
        });
        Revoked = new RevocationList(configuration.Revocation.Capacity, time, AfterReaders);
        Time = time;
        _metrics = new GatewayMetrics(this);
        _forgetting = time.CreateTimer(static list => ((RevocationList)list!).Forget(), Revoked, ForgetEvery, ForgetEvery);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>Where its state is shown; null if nowhere.</summary>
    public IPEndPoint? AdminEndPoint => _admin?.EndPoint;

    public HttpServer Server => _server;

    public IReadOnlyList<GatewayRoute> Routes { get; private set; } = [];

    /// <summary>Null if no route wants a token.</summary>
    public TokenGate? Tokens { get; }

    public RevocationList Revoked { get; }

    public TimeProvider Time { get; }

    /// <summary>Whether revocations of others are heard of; true if there are none but its own.</summary>
    public bool IsSourceConnected => _source?.IsConnected ?? true;

    /// <summary>Starts a gateway. It answers when this has ended.</summary>
    /// <param name="configuration">What it does.</param>
    /// <param name="onError">Told what failed, with a sentence that says where; on any thread.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    /// <exception cref="ConfigurationException">The configuration can't be carried out.</exception>
    /// <exception cref="SocketException">An address is in use, not this machine's, or not permitted.</exception>
    /// <exception cref="TransportUnavailableException">The transport that was asked for can't run here.</exception>
    public static async Task<Gateway> StartAsync(GatewayConfiguration configuration, Action<Exception, string> onError, TimeProvider? time = null)
    {
        var gateway = new Gateway(configuration, time ?? TimeProvider.System, onError);
        try
        {
            if (configuration.Revocation.Redis is { } redis) gateway._source = await RedisRevocations.ConnectAsync(redis, gateway.Revoked, gateway.Time, onError);
            gateway.Start(configuration);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Revokes a token, here and wherever the list is shared. Here it is refused when this has ended, whatever becomes of the rest.</summary>
    /// <param name="id">Its <c>jti</c> claim, or <c>sha256:</c> and, of a token without one, the digest of all before its signature's dot, in base64url.</param>
    /// <param name="expires">When it expires, in seconds since 1970.</param>
    public Task RevokeAsync(string id, long expires)
    {
        Revoked.Revoke(TokenId.Of(id), expires);
        return _source?.PublishAsync(id, expires) ?? Task.CompletedTask;
    }

    /// <summary>Stops: takes no more requests, lets those under way end, and closes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _forgetting.DisposeAsync();
        _metrics.Dispose();
        if (_admin != null) await _admin.StopAsync(TimeSpan.Zero);
        await _server.StopAsync(StopLimit);
        foreach (var route in Routes) await route.DisposeAsync();
        if (_source != null) await _source.DisposeAsync();
        Revoked.Dispose();
    }

    // The pools need the server's reactors, which are there when it has started; and it is mapped before that. So what is mapped looks its forwarder up.
    private void Start(GatewayConfiguration configuration)
    {
        var forwarders = new Forwarder[configuration.Routes.Count];
        for (var i = 0; i < forwarders.Length; i++) Map(configuration.Routes[i], forwarders, i);
        _server.MapReadiness(AdminPages.ReadinessPath);
        var requests = new ForwardedRequests(configuration.Name, [.. configuration.TrustedProxies.Select(ConfigurationFile.Network)]);
        _server.Start();
        Routes = [.. configuration.Routes.Select(settings => new GatewayRoute(settings, _server.Reactors, Time))];
        for (var i = 0; i < forwarders.Length; i++) Volatile.Write(ref forwarders[i], new Forwarder(Routes[i], Tokens, Revoked, requests));
        if (configuration.Admin is not { } admin) return;
        _admin = new HttpServer(new HttpServerOptions { EndPoint = ConfigurationFile.EndPoint(admin, "admin"), Reactors = 1, Transport = ConfigurationFile.Transport(configuration.Transport) });
        new AdminPages(this).Map(_admin);
        _admin.Start();
    }

    private void Map(RouteSettings route, Forwarder?[] forwarders, int index)
    {
        ValueTask Handle(HttpContext context)
        {
            if (Volatile.Read(ref forwarders[index]) is { } forwarder) return forwarder.HandleAsync(context);
            Refusal.RespondLater(context, 503, TimeSpan.Zero, "The gateway is starting.");
            return default;
        }

        try
        {
            foreach (var method in route.Methods)
            {
                _server.MapAsync(new HttpMethod(method), route.Path, Handle);
                // What a route's rest stands for may be nothing.
                if (route.Path.LastIndexOf("/{**", StringComparison.Ordinal) is var rest and > 0) _server.MapAsync(new HttpMethod(method), route.Path[..rest], Handle);
            }
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new ConfigurationException($"route {route.Name}: {refused.Message}", refused);
        }
    }

    /// <summary>Runs an action when every reactor has ended the work that it is in: what is looked at there within one callback is looked at no more.</summary>
    private void AfterReaders(Action action)
    {
        var reactors = _server.Reactors;
        var left = reactors.Count + 1;
        void Passed()
        {
            if (Interlocked.Decrement(ref left) == 0) action();
        }

        foreach (var reactor in reactors)
        {
            // One that has stopped looks at nothing.
            if (!reactor.TryPost(_ => Passed(), null)) Passed();
        }
        Passed();
    }
}
