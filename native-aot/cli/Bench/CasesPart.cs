using FastCore.Perf;
using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Cli.Bench;

/// <summary>A bench that runs in this process: channels, rings or the scheduler.</summary>
internal sealed class CasesPart(CaseBench bench, CaseBenchOptions options) : IBenchPart
{
    public string? Pinning => null;

    // Off the caller's thread, which draws, and off the pool, whose threads are what is measured.
    public Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => CaseReport.Run(bench, options, report, progress, cancellationToken),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
