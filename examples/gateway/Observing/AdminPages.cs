using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastCore.Gateway.Limits;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;

namespace FastCore.Gateway.Observing;

/// <summary>What is asked and said at the address of the loopback interface: <c>GET /status</c>, <c>POST /revocations</c>, <c>GET /live</c>.</summary>
internal sealed class AdminPages(Gateway gateway)
{
    /// <summary>On the gateway's own address: 200 while it wants requests.</summary>
    public const string ReadinessPath = "/.gateway/ready";

    public void Map(HttpServer server)
    {
        server.MapLiveness("/live");
        server.Map(HttpMethod.Get, "/status", context => context.Respond(200, JsonSerializer.SerializeToUtf8Bytes(Status(), AdminJson.Default.GatewayStatus).AsSpan(), "application/json"));
        server.MapAsync(HttpMethod.Post, "/revocations", RevokeAsync);
    }

    private async ValueTask RevokeAsync(HttpContext context)
    {
        Revocation? asked;
        try
        {
            asked = await JsonSerializer.DeserializeAsync(context.BodyStream, AdminJson.Default.Revocation);
        }
        catch (JsonException refused)
        {
            context.Respond(400, Encoding.UTF8.GetBytes($"{refused.Message}\n").AsSpan(), "text/plain; charset=utf-8");
            return;
        }
        if (asked is not { Id.Length: > 0 })
        {
            context.Respond(400, "Send {\"id\": the token's jti, \"expires\": seconds since 1970}.\n"u8, "text/plain");
            return;
        }
        await gateway.RevokeAsync(asked.Id, asked.Expires);
        context.Respond(204);
    }

    private GatewayStatus Status() => new(
        [.. gateway.Routes.Select(static route => new RouteStatus(
            route.Settings.Name,
            route.InFlight.Count,
            Enum.GetValues<Verdict>().Where(verdict => route.Counters[verdict] > 0).ToDictionary(RouteCounters.NameOf, verdict => route.Counters[verdict]),
            [.. route.Destinations.Select(static destination => new DestinationStatus(
                destination.Host.Address.GetLeftPart(UriPartial.Authority), Breaker.NameOf(destination.Breaker.State), destination.InFlight, destination.Requests, destination.Failures))],
            route.Connections.Idle + route.Connections.Busy))],
        gateway.Tokens is { } tokens ? new TokenStatus(tokens.Hits, tokens.Checks, tokens.Refusals) : null,
        new RevocationStatus(gateway.Revoked.Count, gateway.Revoked.FilterSize, gateway.Revoked.FalsePositives, gateway.Revoked.Rebuilds, gateway.IsSourceConnected),
        GC.GetTotalAllocatedBytes(),
        string.Create(CultureInfo.InvariantCulture, $"{gateway.Server.Transport.Kind}"));
}

/// <summary>What is asked of <c>/revocations</c>.</summary>
/// <param name="Id">The token's <c>jti</c> claim, or <c>sha256:</c> and, of a token without one, the digest of all before its signature's dot, in base64url.</param>
/// <param name="Expires">When the token expires, in seconds since 1970.</param>
internal sealed record Revocation(string Id, long Expires);

/// <summary>The state of the gateway.</summary>
internal sealed record GatewayStatus(IReadOnlyList<RouteStatus> Routes, TokenStatus? Tokens, RevocationStatus Revocation, long AllocatedBytes, string Transport);

/// <summary>A route: what is under way, and how requests have ended.</summary>
internal sealed record RouteStatus(string Name, int InFlight, IReadOnlyDictionary<string, long> Requests, IReadOnlyList<DestinationStatus> Destinations, int Connections);

/// <summary>An upstream of a route.</summary>
internal sealed record DestinationStatus(string Address, string Breaker, int InFlight, long Requests, long Failures);

/// <summary>Checks of tokens: remembered, made, and of those how many were refused.</summary>
internal sealed record TokenStatus(long Remembered, long Checked, long Refused);

/// <summary>The list of revoked tokens.</summary>
internal sealed record RevocationStatus(int Entries, long FilterBytes, long FalsePositives, long Rebuilds, bool IsSourceConnected);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(GatewayStatus))]
[JsonSerializable(typeof(Revocation))]
internal sealed partial class AdminJson : JsonSerializerContext;
