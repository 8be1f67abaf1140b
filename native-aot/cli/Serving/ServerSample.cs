using System.Diagnostics;
using FastCore.Net.Http;

namespace FastCore.Cli.Serving;

/// <summary>What a server, or one of its reactors, has done up to a moment.</summary>
/// <param name="Name">Which; <c>all</c> is the server.</param>
/// <param name="Connections">Open now.</param>
/// <param name="Accepted">Connections since the start.</param>
/// <param name="Refused">Requests and connections that were refused since the start: malformed, too slow, over a limit. Of a reactor, the connections over its own limit.</param>
/// <param name="Received">Bytes since the start.</param>
/// <param name="Sent">Bytes since the start.</param>
/// <param name="Requests">Answers since the start.</param>
internal sealed record ServerTotals(string Name, long Connections, long Accepted, long Refused, long Received, long Sent, RequestCounts Requests);

/// <summary>A look at a server.</summary>
/// <param name="Timestamp">When, on the clock of <see cref="Stopwatch"/>.</param>
/// <param name="All">The server.</param>
/// <param name="Reactors">Its reactors.</param>
internal sealed record ServerSample(long Timestamp, ServerTotals All, IReadOnlyList<ServerTotals> Reactors)
{
    /// <summary>A server that has done nothing yet.</summary>
    public static ServerSample AtStart(HttpServer server) =>
        new(Stopwatch.GetTimestamp(), Nothing("all"), [.. server.Reactors.Select(static (_, index) => Nothing(NameOf(index)))]);

    public static ServerSample Take(HttpServer server, RequestMeter meter)
    {
        var reactors = server.Reactors.Select((reactor, index) =>
        {
            var (name, counters) = (NameOf(index), reactor.Counters);
            return new ServerTotals(name, counters.Connections, counters.Accepted, counters.Rejected, counters.Received, counters.Sent, meter.Read(name));
        }).ToArray();
        var refused = server.Counters.Refused + reactors.Sum(static reactor => reactor.Refused);
        return new ServerSample(
            Stopwatch.GetTimestamp(),
            new ServerTotals("all", reactors.Sum(static one => one.Connections), reactors.Sum(static one => one.Accepted), refused, reactors.Sum(static one => one.Received), reactors.Sum(static one => one.Sent), meter.Read()),
            reactors);
    }

    // As the server calls its reactors' threads.
    private static string NameOf(int index) => $"http-{index}";

    private static ServerTotals Nothing(string name) => new(name, 0, 0, 0, 0, 0, new RequestCounts());
}
