using System.Globalization;
using System.Text.Json;
using FastCore.Perf.Channels;
using FastCore.Perf.Channels.Check;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf;

/// <summary>Runs the check of the channels and enters what it finds into a report.</summary>
public static class CheckReport
{
    /// <summary>What must hold of every kind of ours; of the stock channels it is a figure.</summary>
    public static IReadOnlyList<string> Promises { get; } =
    [
        .. from metric in (Metric[])[Metric.Lost, Metric.Doubled, Metric.OutOfOrder, Metric.Hung, Metric.Failed] select $"check/*:{metric.Name}<=0",
    ];

    /// <summary>Runs it on the calling thread.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public static void Run(ChannelCheckOptions options, BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        Begin(options, ChannelCheck.CountOf(options), report, progress);
        foreach (var found in ChannelCheck.Run(options, (kind, subject) => progress.Step(NameOf(kind), subject, 1, 1), cancellationToken))
            Enter(ToResult(found), report, progress);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Runs it in other processes, one for each kind: <paramref name="executable"/> is the <c>fastcore</c> program. Each gets
    /// <paramref name="percent"/> % of one processor's time, so its threads stop in the middle of everything.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public static void RunSqueezed(string executable, int percent, ChannelCheckOptions options, BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        var kinds = ChannelCheck.KindsOf(options);
        Begin(options, kinds.Count, report, progress);
        progress.Note($"each kind is checked in a process of its own that gets {percent} % of one processor's time");
        foreach (var kind in kinds)
        {
            progress.Step(NameOf(kind), options.WithStock ? "both" : ChannelSubject.FastCore.Name, 1, 1);
            var run = SqueezedProcess.Run(executable, ArgumentsFor(kind, options), percent / 100.0, cancellationToken);
            foreach (var result in ResultsOf(kind, run)) Enter(result, report, progress);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static void Begin(ChannelCheckOptions options, int steps, BenchReport report, IBenchProgress progress)
    {
        progress.Begin("check", steps);
        report.Seed = options.Seed;
        progress.Note($"the storms of the check are drawn from seed {options.Seed}");
        if (options.WithStock && ChannelCheck.WithoutStock(options) is { Count: > 0 } alone) progress.Note($"no stock peer: {string.Join(", ", alone)}");
    }

    private static void Enter(CaseResult result, BenchReport report, IBenchProgress progress)
    {
        report.Cases.Add(result);
        progress.Finished(result);
    }

    private static string[] ArgumentsFor(string kind, ChannelCheckOptions options) =>
    [
        "check", "channels", "--kind", kind, "--json", "-",
        "--ops", options.Operations.ToString(CultureInfo.InvariantCulture),
        "--seed", options.Seed.ToString(CultureInfo.InvariantCulture),
        .. options.WithStock ? (string[])["--stock"] : [],
    ];

    /// <summary>What the other process has found; that it told nothing is a finding, too.</summary>
    private static IEnumerable<CaseResult> ResultsOf(string kind, SqueezedRun run)
    {
        List<CaseResult> results;
        try
        {
            results = BenchReport.FromJson(run.Output).Cases;
        }
        catch (JsonException)
        {
            results = [ToResult(new ChannelFindings(kind, ChannelSubject.FastCore.Name) { Failed = 1, FirstFailure = $"its process ended with code {run.ExitCode}: {run.Errors.Trim()}" })];
        }

        foreach (var result in results) result.Metrics[Metric.CorePercent.Name] = run.Share * 100;
        return results;
    }

    private static string NameOf(string kind) => $"check/{kind}";

    private static CaseResult ToResult(ChannelFindings found) => new()
    {
        Name = NameOf(found.Kind),
        Subject = found.Subject,
        Metrics =
        {
            [Metric.Written.Name] = found.Written,
            [Metric.Read.Name] = found.Read,
            [Metric.Dropped.Name] = found.Dropped,
            [Metric.Cancelled.Name] = found.Cancelled,
            [Metric.Lost.Name] = found.Lost,
            [Metric.Doubled.Name] = found.Doubled,
            [Metric.OutOfOrder.Name] = found.OutOfOrder,
            [Metric.Hung.Name] = found.Hung,
            [Metric.Failed.Name] = found.Failed,
        },
        Notes = found.FirstFailure == null ? null : [found.FirstFailure],
    };
}
