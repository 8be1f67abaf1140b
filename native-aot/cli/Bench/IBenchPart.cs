using FastCore.Perf;
using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>One area of a bench.</summary>
internal interface IBenchPart
{
    /// <summary>Where its processes run, for the report; null where nothing is pinned from outside.</summary>
    string? Pinning { get; }

    /// <summary>Measures and adds to the report.</summary>
    Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken);
}
