using FastCore.Perf;
using FastCore.Perf.Gateway;
using FastCore.Perf.Http;
using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>The bench of the gateway.</summary>
internal sealed class GatewayPart(HttpBenchOptions options) : IBenchPart
{
    public string? Pinning => GatewayBench.PinningOf(options);

    public async Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        var bench = new GatewayBench(options, progress);
        if (bench.Inconclusive is { } reason) (report.Inconclusive ??= []).Add(reason);
        await bench.RunAsync(report, cancellationToken);
    }
}
