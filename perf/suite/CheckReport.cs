using FastCore.Perf.Channels.Check;
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
        progress.Begin("check", ChannelCheck.CountOf(options));
        report.Seed = options.Seed;
        progress.Note($"the storms of the check are drawn from seed {options.Seed}");
        if (options.WithStock && ChannelCheck.WithoutStock(options) is { Count: > 0 } alone) progress.Note($"no stock peer: {string.Join(", ", alone)}");
        foreach (var found in ChannelCheck.Run(options, (kind, subject) => progress.Step(NameOf(kind), subject, 1, 1), cancellationToken))
        {
            var result = ToResult(found);
            report.Cases.Add(result);
            progress.Finished(result);
        }
        cancellationToken.ThrowIfCancellationRequested();
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
