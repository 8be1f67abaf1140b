using FastCore.Perf;
using FastCore.Perf.Collector;
using FastCore.Perf.Http;
using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>The bench of the garbage collector's settings.</summary>
internal sealed class GcPart(HttpBenchOptions options, IReadOnlyList<string>? settings) : IBenchPart
{
    public string? Pinning => HttpBench.PinningOf(options);

    public async Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        var bench = new GcBench(options, settings, progress);
        if (bench.Inconclusive is { } reason) (report.Inconclusive ??= []).Add(reason);
        await bench.RunAsync(report, cancellationToken);
    }
}
