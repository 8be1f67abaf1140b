using FastCore.Perf;
using FastCore.Perf.Http;
using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>The HTTP bench.</summary>
internal sealed class HttpPart(HttpBenchOptions options) : IBenchPart
{
    public string? Pinning => HttpBench.PinningOf(options);

    public async Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        var bench = new HttpBench(options, progress);
        if (bench.Inconclusive is { } reason) (report.Inconclusive ??= []).Add(reason);
        await bench.RunAsync(report, cancellationToken);
    }
}
