using FastCore.Perf;
using FastCore.Perf.Channels.Check;
using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>The check of the channels.</summary>
/// <param name="options">What is checked.</param>
/// <param name="squeeze">Null: it runs in this process. Else in others, which get so many percent of a processor.</param>
internal sealed class CheckPart(ChannelCheckOptions options, int? squeeze = null) : IBenchPart
{
    /// <summary>What must hold for it to be good.</summary>
    public static IReadOnlyList<Assertion> Promises { get; } = [.. CheckReport.Promises.Select(Parse)];

    public string? Pinning => null;

    /// <summary>A few kinds in a few seconds, ours beside stock: what a bench says about them.</summary>
    public static CheckPart Headline() => new(new ChannelCheckOptions
    {
        Kinds = ["rendezvous/1x4", "bounded-1/1x4", "bounded-64/1x4", "bounded-1024/1x4", "unbounded/1x4", "prioritized/1x4"],
        WithStock = true,
        Seed = Environment.TickCount,
    });

    // Off the caller's thread, which draws, and off the pool, whose threads do the work.
    public Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            if (squeeze is { } percent) CheckReport.RunSqueezed(Environment.ProcessPath!, percent, options, report, progress, cancellationToken);
            else CheckReport.Run(options, report, progress, cancellationToken);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static Assertion Parse(string text) => Assertion.TryParse(text, out var assertion, out var problem) ? assertion : throw new FormatException(problem);
}
