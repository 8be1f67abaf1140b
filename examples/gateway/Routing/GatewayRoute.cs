using System.Text;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Limits;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Gateway.Routing;

/// <summary>
/// A route at work: its upstreams, its limits and what it has counted. It has a pool of connections of its own, as its time limits
/// are its own; the pool lives on the server's reactors, so a request does not leave the thread it came in on.
/// </summary>
internal sealed class GatewayRoute : IAsyncDisposable
{
    private readonly HttpConnectionPool _pool;

    public GatewayRoute(RouteSettings settings, IReadOnlyList<Reactor> reactors, TimeProvider time)
    {
        Settings = settings;
        StripPrefix = Encoding.ASCII.GetBytes(settings.StripPrefix ?? "");
        AllowedMethods = Encoding.ASCII.GetBytes(string.Join(", ", settings.Methods));
        var timeouts = settings.Timeouts;
        _pool = new HttpConnectionPool(
            new HttpConnectionPoolOptions
            {
                MaxConnectionsPerHost = settings.MaxConnections,
                MaxIdleConnectionsPerHost = settings.MaxConnections,
                MaxIdleConnections = int.MaxValue,
                MaxWaiters = settings.MaxWaiters,
                ConnectTimeout = TimeSpan.FromSeconds(timeouts.ConnectSeconds),
                QueueTimeout = TimeSpan.FromSeconds(timeouts.QueueSeconds),
                HeadersTimeout = TimeSpan.FromSeconds(timeouts.HeadSeconds),
                RequestTimeout = timeouts.TotalSeconds is { } total ? TimeSpan.FromSeconds(total) : Timeout.InfiniteTimeSpan,
            },
            reactors);
        Destinations = [.. settings.Destinations.Select(address => new Destination(
            _pool.GetHost(address), new Breaker(settings.Breaker.Failures, TimeSpan.FromSeconds(settings.Breaker.OpenSeconds), settings.Breaker.Probes, time)))];
        Choice = new Choice(Destinations, settings.Balance);
        InFlight = new InFlightLimit(settings.Limits.InFlight ?? int.MaxValue);
        if (settings.Limits.PerSecond is { } perSecond) Rate = new RateLimit(perSecond, settings.Limits.Burst ?? (int)Math.Max(1, perSecond), time);
    }

    public RouteSettings Settings { get; }

    /// <summary>What is cut off the path; often nothing.</summary>
    public byte[] StripPrefix { get; }

    /// <summary>The value of an Allow field.</summary>
    public byte[] AllowedMethods { get; }

    public Destination[] Destinations { get; }

    public Choice Choice { get; }

    public InFlightLimit InFlight { get; }

    /// <summary>Null if any number may come.</summary>
    public RateLimit? Rate { get; }

    public RouteCounters Counters { get; } = new();

    /// <summary>What the pool of connections holds and has done.</summary>
    public HttpPoolStatistics Connections => _pool.Statistics;

    public ValueTask DisposeAsync() => _pool.DisposeAsync();
}
