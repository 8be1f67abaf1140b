using System.Diagnostics.Metrics;
using FastCore.Gateway.Routing;

namespace FastCore.Gateway.Observing;

/// <summary>
/// The gateway's instruments, of the meter <see cref="MeterName"/>, named as OpenTelemetry advises. All are observed: a request counts
/// in plain counters, and whoever collects reads them. Durations are those of <c>http.server.request.duration</c>
/// (<see cref="FastCore.Net.Http.Observing.HttpServerMetrics"/>).
/// </summary>
internal sealed class GatewayMetrics : IDisposable
{
    public const string MeterName = "FastCore.Gateway";

    private static readonly Verdict[] Verdicts = Enum.GetValues<Verdict>();

    private readonly Meter _meter = new(MeterName);

    public GatewayMetrics(Gateway gateway)
    {
        _meter.CreateObservableCounter("fastcore.gateway.requests", () => Requests(gateway), "{request}", "Requests that have ended, by route and by how.");
        _meter.CreateObservableUpDownCounter("fastcore.gateway.active_requests", () => gateway.Routes.Select(static route => new Measurement<int>(route.InFlight.Count, Tag(route))), "{request}", "Requests under way.");
        _meter.CreateObservableCounter("fastcore.gateway.upstream.requests", () => PerDestination(gateway, static destination => destination.Requests), "{request}", "Requests that destinations were sent.");
        _meter.CreateObservableCounter("fastcore.gateway.upstream.failures", () => PerDestination(gateway, static destination => destination.Failures), "{request}", "Requests that destinations failed.");
        _meter.CreateObservableUpDownCounter("fastcore.gateway.upstream.active_requests", () => PerDestination(gateway, static destination => destination.InFlight), "{request}", "Requests that destinations have not answered to the end.");
        _meter.CreateObservableGauge("fastcore.gateway.breaker.state", () => PerDestination(gateway, static destination => (long)destination.Breaker.State), null, "0 closed, 1 open, 2 half-open.");
        _meter.CreateObservableCounter("fastcore.gateway.breaker.openings", () => PerDestination(gateway, static destination => destination.Breaker.Openings), "{opening}", "How often breakers have opened.");
        _meter.CreateObservableCounter("fastcore.gateway.token.lookups", () => Tokens(gateway), "{token}", "Tokens by where their check came from and how it ended.");
        _meter.CreateObservableUpDownCounter("fastcore.gateway.revocation.entries", () => gateway.Revoked.Count, "{token}", "Tokens that are revoked and have not expired.");
        _meter.CreateObservableCounter("fastcore.gateway.revocation.false_positives", () => gateway.Revoked.FalsePositives, "{lookup}", "Looks into the exact set that the filter could not save.");
        _meter.CreateObservableUpDownCounter("fastcore.gateway.revocation.filter.size", () => gateway.Revoked.FilterSize, "By", "Native memory of the filter.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Requests(Gateway gateway) =>
        from route in gateway.Routes
        from verdict in Verdicts
        let count = route.Counters[verdict]
        where count > 0
        select new Measurement<long>(count, Tag(route), new KeyValuePair<string, object?>("fastcore.gateway.verdict", RouteCounters.NameOf(verdict)));

    private static IEnumerable<Measurement<long>> PerDestination(Gateway gateway, Func<Destination, long> value) =>
        from route in gateway.Routes
        from destination in route.Destinations
        let address = destination.Host.Address
        select new Measurement<long>(
            value(destination), Tag(route), new KeyValuePair<string, object?>("server.address", address.IdnHost), new KeyValuePair<string, object?>("server.port", address.Port));

    private static IEnumerable<Measurement<long>> Tokens(Gateway gateway)
    {
        if (gateway.Tokens is not { } tokens) yield break;
        yield return new Measurement<long>(tokens.Hits, new KeyValuePair<string, object?>("fastcore.gateway.token.result", "remembered"));
        yield return new Measurement<long>(tokens.Checks - tokens.Refusals, new KeyValuePair<string, object?>("fastcore.gateway.token.result", "checked"));
        yield return new Measurement<long>(tokens.Refusals, new KeyValuePair<string, object?>("fastcore.gateway.token.result", "refused"));
    }

    private static KeyValuePair<string, object?> Tag(GatewayRoute route) => new("fastcore.gateway.route", route.Settings.Name);
}
