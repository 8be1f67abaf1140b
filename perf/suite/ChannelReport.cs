using FastCore.Perf.Channels;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf;

/// <summary>Runs a bench of channels or rings and enters what it measures into a report.</summary>
public static class ChannelReport
{
    private const string Stock = "stock";

    /// <summary>Runs the bench on the calling thread.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public static void Run(ChannelBench bench, ChannelBenchOptions options, BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        progress.Begin(bench.Area, bench.Chosen(options).Count * 2 * options.Rounds);
        var rounds = new Dictionary<(string Case, string Subject), int>();
        void Tell(ChannelProgress step)
        {
            var round = rounds[(step.Case, step.Subject)] = rounds.GetValueOrDefault((step.Case, step.Subject)) + 1;
            progress.Step(step.Case, step.Subject, round, options.Rounds);
            if (step.MillionsPerSecond is { } speed) progress.Figures(new CaseResult { Name = step.Case, Subject = step.Subject, Metrics = { [Metric.MillionsPerSecond.Name] = speed } });
        }
        foreach (var pair in bench.Run(options, Tell, cancellationToken).Chunk(2)) ResultSet.Add(report, progress, Stock, pair.Select(ToResult));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static CaseResult ToResult(ChannelMeasurement measured)
    {
        if (measured.Wrong != null) return new CaseResult { Name = measured.Case, Subject = measured.Subject, Refused = measured.Wrong };
        return new CaseResult
        {
            Name = measured.Case,
            Subject = measured.Subject,
            Metrics =
            {
                [Metric.MeanTime.Name] = Math.Round(measured.MeanNanoseconds, 3),
                [Metric.MillionsPerSecond.Name] = Math.Round(measured.MillionsPerSecond, 4),
                [Metric.SwitchesPerThousand.Name] = Math.Round(measured.ContextSwitchesPerThousand, 4),
                [Metric.AllocatedPerOperation.Name] = Math.Round(measured.AllocatedBytesPerOperation, 4),
                [Metric.CpuPerOperation.Name] = Math.Round(measured.CpuNanosecondsPerOperation, 3),
            },
            Notes = measured.OthersShare > OtherWork.Much ? [FormattableString.Invariant($"other work had {measured.OthersShare:P0} of the processors, which mean ns and Mops/s show")] : null,
            Rounds = new() { [Metric.MillionsPerSecond.Name] = [.. measured.Rounds.Select(static speed => Math.Round(speed, 4))] },
        };
    }
}
