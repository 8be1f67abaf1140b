using System.Net;
using FastCore.Perf.YarpGateway;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

// The gateway of examples/gateway as one would write it with ASP.NET Core and YARP, without what a host adds by itself: no
// configuration files, no logging. Two routes to one upstream, /open and /api, of which the second wants a token.
// The pool of connections to the upstream has the same bound as ours.

if (!GatewayOptions.TryParse(args, out var options, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, options.Port);
});
builder.Services.AddRoutingCore();
builder.Services.AddReverseProxy().LoadFromMemory(
    [Route("open", "/open"), Route("api", "/api")],
    [
        new ClusterConfig
        {
            ClusterId = "upstream",
            Destinations = new Dictionary<string, DestinationConfig> { ["only"] = new() { Address = options.Upstream } },
            HttpClient = new HttpClientConfig { MaxConnectionsPerServer = options.MaxConnections },
            HttpRequest = new ForwarderRequestConfig { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
        },
    ]);

await using var application = builder.Build();
var tokens = await TokenCheck.CreateAsync(options);
application.Use(tokens.RunAsync);
application.UseRouting();
application.MapReverseProxy();
await application.StartAsync();
Console.WriteLine($"listening on {application.Urls.Single()}");
await application.WaitForShutdownAsync();
return 0;

static RouteConfig Route(string name, string prefix) => new()
{
    RouteId = name,
    ClusterId = "upstream",
    Match = new RouteMatch { Path = prefix + "/{**rest}" },
    Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = prefix }],
};
