using FastCore.Perf;
using FastCore.Perf.Channels;
using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>A bench of channels or rings, which runs in this process.</summary>
internal sealed class ChannelsPart(ChannelBench bench, ChannelBenchOptions options) : IBenchPart
{
    public string? Pinning => null;

    // Off the caller's thread, which draws, and off the pool, whose threads are what is measured.
    public Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => ChannelReport.Run(bench, options, report, progress, cancellationToken),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
