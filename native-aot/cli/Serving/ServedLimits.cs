using System.CommandLine;
using FastCore.Cli.Commands;
using FastCore.Net.Http;

namespace FastCore.Cli.Serving;

/// <summary>What <c>fastcore serve</c> takes at most.</summary>
internal sealed class ServedLimits
{
    private readonly Option<int?> _connections = CommonOptions.Number("--max-connections", "connections at once; more are answered with 503 (default: no limit)", 1, int.MaxValue);
    private readonly Option<int?> _perAddress = CommonOptions.Number("--max-per-address", "connections at once of one client, by its address or its 64-bit network of IPv6 (default: no limit)", 1, int.MaxValue);
    private readonly Option<int?> _perSecond = CommonOptions.Number("--max-per-second", "new connections a second; more are answered with 503 (default: no limit)", 1, int.MaxValue);
    private readonly Option<int?> _burst = CommonOptions.Number("--max-burst", "how many of those may come at once (default: those of a second)", 1, int.MaxValue);
    private readonly Option<int?> _rate = CommonOptions.Number("--min-response-rate", "bytes a second that a client must take of an answer, or be cut off; 0 is any (default 240)", 0, int.MaxValue);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_connections, _perAddress, _perSecond, _burst, _rate]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_burst) != null && result.GetResult(_perSecond) == null) result.AddError("--max-burst goes with --max-per-second.");
        });
    }

    /// <summary>What the options say, in the server's terms.</summary>
    public HttpServerOptions AddTo(HttpServerOptions options, ParseResult parsed) => options with
    {
        MaxConnections = parsed.GetValue(_connections) ?? options.MaxConnections,
        MaxConnectionsPerAddress = parsed.GetValue(_perAddress) ?? options.MaxConnectionsPerAddress,
        MaxConnectionsPerSecond = parsed.GetValue(_perSecond) ?? options.MaxConnectionsPerSecond,
        ConnectionBurst = parsed.GetValue(_burst),
        MinResponseRate = parsed.GetValue(_rate) ?? options.MinResponseRate,
    };
}
