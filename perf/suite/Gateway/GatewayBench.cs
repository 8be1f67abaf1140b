using FastCore.Perf.Http;
using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Gateway;

/// <summary>
/// Measures our gateway (<c>examples/gateway</c>) beside one on ASP.NET Core with YARP: each a process on one processor, and on the other the
/// load and the upstream, our demo server, whose time is nobody's. Two cases: a request that is passed on, and one whose token is looked at first.
/// </summary>
public sealed class GatewayBench(HttpBenchOptions options, IBenchProgress progress)
{
    private const int DefaultConnections = 5_000;

    // Besides the clients' connections: those to the upstream, and what a process has open anyway.
    private const int SpareDescriptors = 1_024;

    private static readonly byte[] Text = "Hello, World!"u8.ToArray();

    private readonly Placement _placement = Placement.Choose(options);

    /// <summary>Where the processes would run, in words.</summary>
    public static string PinningOf(HttpBenchOptions options) => $"gateway on processor {Placement.Choose(options).Server}, load and upstream on processor {Placement.Choose(options).Load}";

    /// <summary>Why nothing that was measured here allows a conclusion, or null.</summary>
    public string? Inconclusive =>
        _placement.IsInconclusive ? _placement.Doubt
        : GatewayPrograms.YarpOrNull(options.Executable) == null ? $"there is no yarp-gateway to compare with: {GatewayPrograms.YarpHint}"
        : null;

    /// <summary>Measures, and adds each finished cell to <paramref name="report"/>.</summary>
    /// <exception cref="ServerStartException">Our gateway or the upstream can't be started.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public async Task RunAsync(BenchReport report, CancellationToken cancellationToken)
    {
        var ours = GatewayPrograms.Ours(options.Executable);
        var allowed = CpuPinning.Allowed();
        CpuPinning.PinProcess([_placement.Load]);
        try
        {
            // Before the processes are started, which inherit it.
            var wanted = options.Connections ?? DefaultConnections;
            var connections = (int)Math.Clamp(DescriptorLimit.Raise() - SpareDescriptors, 1, wanted);
            using var upstream = ServerProcess.Start(ServerSubject.FastCore(options.Executable, options.Transports[0], _placement.Load), _placement.Load);
            using var setup = new GatewaySetup(upstream.EndPoint);
            ServerSubject[] subjects = [.. options.Transports.Select(transport => setup.Ours(ours, transport, _placement.Server)), .. YarpOf(setup)];
            var plan = new LoadPlan(connections, options.Pipeline ?? 1, options.Rate);
            HttpCase[] cases = [Case("gateway/open", "/open/plaintext", null, plan), Case("gateway/token", "/api/plaintext", $"Authorization: Bearer {setup.Token}", plan)];
            progress.Begin("gateway", cases.Length * subjects.Length * options.Rounds);
            if (_placement.Doubt is { } doubt) progress.Note(doubt);
            if (connections < wanted) progress.Note($"the limit of open descriptors allows {connections} connections only, not {wanted} (ulimit -n)");
            await new LoadRounds(options, _placement, progress).RunAsync(report, cases, subjects, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CpuPinning.PinProcess(allowed);
        }
    }

    private ServerSubject[] YarpOf(GatewaySetup setup) => GatewayPrograms.YarpOrNull(options.Executable) is { } program ? [setup.Yarp(program)] : [];

    private static HttpCase Case(string name, string path, string? field, LoadPlan plan) =>
        new(HttpCase.NameOf(name, plan), path, Text, plan) { Field = field, SharesLoadProcessor = true };
}
