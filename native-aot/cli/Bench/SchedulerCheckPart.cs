using FastCore.Perf;
using FastCore.Perf.Results;
using FastCore.Perf.Scheduling.Check;

namespace FastCore.Cli.Bench;

/// <summary>The check of the scheduler.</summary>
/// <param name="options">How much is checked.</param>
internal sealed class SchedulerCheckPart(SchedulerCheckOptions options) : IBenchPart
{
    /// <summary>What must hold for it to be good.</summary>
    public static IReadOnlyList<Assertion> Promises { get; } = [.. SchedulerCheckReport.Promises.Select(Parse)];

    public string? Pinning => null;

    // Off the caller's thread, which draws.
    public Task RunAsync(BenchReport report, IBenchProgress progress, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => SchedulerCheckReport.Run(options, report, progress, cancellationToken),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static Assertion Parse(string text) => Assertion.TryParse(text, out var assertion, out var problem) ? assertion : throw new FormatException(problem);
}
