using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace FastCore.Perf.YarpGateway;

/// <summary>What the peer is told: where it listens, whom it asks, and how tokens are checked.</summary>
internal sealed record GatewayOptions(int Port, string Upstream, string Keys, string Issuer, string Audience, int MaxConnections)
{
    private const string Usage = "usage: yarp-gateway --port N --upstream URL --keys FILE --issuer TEXT --audience TEXT [--max-connections N]";

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out GatewayOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        var given = new Dictionary<string, string>();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || arguments[i] is not ("--port" or "--upstream" or "--keys" or "--issuer" or "--audience" or "--max-connections"))
            {
                problem = $"yarp-gateway: can't use '{arguments[i]}'; {Usage}";
                return false;
            }
            given[arguments[i]] = arguments[i + 1];
        }
        if (!TryNumber(given, "--port", 0, IPEndPoint.MaxPort, out var port) || !TryNumber(given, "--max-connections", 256, 1_000_000, out var most)
            || !given.TryGetValue("--upstream", out var upstream) || !given.TryGetValue("--keys", out var keys)
            || !given.TryGetValue("--issuer", out var issuer) || !given.TryGetValue("--audience", out var audience))
        {
            problem = $"yarp-gateway: {Usage}";
            return false;
        }
        options = new GatewayOptions(port, upstream, keys, issuer, audience, most);
        problem = null;
        return true;
    }

    private static bool TryNumber(Dictionary<string, string> given, string name, int otherwise, int most, out int number)
    {
        number = otherwise;
        return !given.TryGetValue(name, out var text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most);
    }
}
