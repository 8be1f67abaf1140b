using FastCore.Perf.Results;
using FastCore.Perf.Scheduling.Check;

namespace FastCore.Perf;

/// <summary>Runs the check of the scheduler and enters what it finds into a report.</summary>
public static class SchedulerCheckReport
{
    /// <summary>What must hold of every kind of storm.</summary>
    public static IReadOnlyList<string> Promises { get; } =
    [
        .. from metric in (Metric[])[Metric.Lost, Metric.Doubled, Metric.Hung, Metric.Failed] select $"check/*:{metric.Name}<=0",
    ];

    /// <summary>Runs it on the calling thread.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public static void Run(SchedulerCheckOptions options, BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        progress.Begin("check", SchedulerCheck.Kinds.Count);
        report.Seed = options.Seed;
        progress.Note($"the storms of the check are drawn from seed {options.Seed}");
        foreach (SchedulerFindings found in SchedulerCheck.Run(options, kind => progress.Step($"check/{kind}", "fastcore", 1, 1), cancellationToken))
        {
            CaseResult result = ToResult(found);
            report.Cases.Add(result);
            progress.Finished(result);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static CaseResult ToResult(SchedulerFindings found) => new()
    {
        Name = $"check/{found.Kind}",
        Subject = "fastcore",
        Metrics =
        {
            [Metric.Spawned.Name] = found.Spawned,
            [Metric.Ran.Name] = found.Ran,
            [Metric.Abandoned.Name] = found.Abandoned,
            [Metric.Refused.Name] = found.Refused,
            [Metric.Lost.Name] = found.Lost,
            [Metric.Doubled.Name] = found.Doubled,
            [Metric.Hung.Name] = found.Hung,
            [Metric.Failed.Name] = found.Failed,
        },
        Notes = found.FirstFailure is null ? null : [found.FirstFailure],
    };
}
