using FastCore.Perf;
using FastCore.Perf.Channels;
using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>A bench of channels or rings, which runs in this process.</summary>
internal sealed class ChannelsPart(ChannelBench bench, string? filter, int? rounds, TimeSpan? duration) : IBenchPart
{
    public string? Pinning => null;

    // Off the caller's thread, which draws, and off the pool, whose threads are what is measured.
    public Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            var options = new ChannelBenchOptions { Filter = filter };
            options = options with { Rounds = rounds ?? options.Rounds, RoundDuration = duration ?? options.RoundDuration };
            ChannelReport.Run(bench, options, report, progress, cancellationToken);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
