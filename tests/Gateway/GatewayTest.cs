using System.Net;
using System.Net.Sockets;
using System.Text;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;

namespace FastCore.Gateway.Tests;

/// <summary>What every test of a running gateway stands on: upstreams, the gateway, a client; and an audit that nothing is left of them.</summary>
internal abstract class GatewayTest
{
    private readonly List<HttpServer> _upstreams = [];
    private readonly List<Gateway> _gateways = [];
    private readonly List<(Exception Failure, string Where)> _errors = [];

    /// <summary>Asks without changing anything: no redirects, no cookies, no decompression.</summary>
    protected HttpClient Client { get; private set; } = null!;

    [SetUp]
    public void MakeClient() => Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = Hang.Patience };

    [TearDown]
    public async Task Audit()
    {
        Client.Dispose();
        await EndGatewaysAsync();
        foreach (var upstream in _upstreams) await upstream.DisposeAsync();
        _upstreams.Clear();
        (Exception, string)[] errors;
        lock (_errors)
        {
            errors = [.. _errors];
            _errors.Clear();
        }
        Assert.That(errors, Is.Empty);
    }

    /// <summary>Stops the gateways, and sees that nothing is left of them.</summary>
    protected async Task EndGatewaysAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
            Assert.That(gateway.Server.Counters with { Requests = 0, Refused = 0 }, Is.EqualTo(default(HttpServerCounters)), "left on the gateway");
            foreach (var route in gateway.Routes)
            {
                var pool = route.Connections;
                Assert.That((route.InFlight.Count, route.Destinations.Sum(static destination => destination.InFlight)), Is.EqualTo((0, 0)), "under way");
                Assert.That((pool.Idle, pool.Busy, pool.Connecting, pool.Waiting, pool.Exchanges), Is.EqualTo((0, 0, 0, 0, 0)), "left in the pool");
            }
        }
        _gateways.Clear();
    }

    /// <summary>Starts an upstream; returns its address.</summary>
    protected string Upstream(Action<HttpServer> map)
    {
        var server = new HttpServer(new HttpServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Reactors = 1, OnError = OnError });
        _upstreams.Add(server);
        map(server);
        server.Start();
        return $"http://{server.EndPoint}";
    }

    /// <summary>An address where nobody listens.</summary>
    protected static string Nowhere()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    /// <summary>A route that wants no token.</summary>
    protected static RouteSettings Open(params string[] destinations) => new() { Name = "open", Path = "/{**rest}", Destinations = destinations, RequireToken = false };

    protected Task<Gateway> StartAsync(params RouteSettings[] routes) => StartAsync(new GatewayConfiguration { Routes = routes });

    protected async Task<Gateway> StartAsync(GatewayConfiguration configuration, TimeProvider? time = null)
    {
        configuration.Listen = "127.0.0.1:0";
        var gateway = await Gateway.StartAsync(configuration, OnError, time);
        _gateways.Add(gateway);
        return gateway;
    }

    protected Task<HttpResponseMessage> GetAsync(Gateway gateway, string path, params (string Name, string Value)[] fields) => SendAsync(gateway, HttpMethod.Get, path, null, fields);

    protected Task<HttpResponseMessage> SendAsync(Gateway gateway, HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(method, new Uri($"http://{gateway.EndPoint}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })) { Content = content };
        foreach (var (name, value) in fields) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The status and the body.</summary>
    protected async Task<(int Status, string Body)> AskAsync(Gateway gateway, string path, params (string Name, string Value)[] fields)
    {
        using var response = await GetAsync(gateway, path, fields);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    protected static void Until(Func<bool> holds) => Assert.That(SpinWait.SpinUntil(holds, Hang.Milliseconds), "It never came to hold.");

    protected static long CountOf(Gateway gateway, Verdict verdict) => gateway.Routes.Sum(route => route.Counters[verdict]);

    /// <summary>Maps a path that answers with the fields of its request, a line each.</summary>
    protected static void MapEcho(HttpServer server) => server.Map(HttpMethod.Get, "/{**rest}", static context =>
    {
        var lines = new StringBuilder($"{Encoding.ASCII.GetString(context.Path)}?{Encoding.ASCII.GetString(context.Query)}\n");
        foreach (var field in context.Headers) lines.Append($"{Encoding.ASCII.GetString(field.Name)}: {Encoding.ASCII.GetString(field.Value)}\n");
        context.Respond(lines.ToString());
    });

    /// <summary>Takes failures of a kind out of those that reached OnError.</summary>
    protected void Forgive<T>() where T : Exception
    {
        lock (_errors) _errors.RemoveAll(static error => error.Failure is T);
    }

    private void OnError(Exception failure, string where)
    {
        lock (_errors) _errors.Add((failure, where));
    }
}
