using FastCore.Perf.Channels;
using FastCore.Perf.Results;

namespace FastCore.Perf;

/// <summary>Runs the bench of rings and channels and enters what it measures into a report.</summary>
public static class ChannelReport
{
    private const string Stock = "stock";

    /// <summary>Runs the bench on the calling thread.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public static void Run(ChannelBenchOptions options, BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        var names = ChannelBench.Cases.Where(name => options.Filter == null || name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)).ToList();
        progress.Begin("channels", names.Count * 2 * options.Rounds);
        var rounds = new Dictionary<(string Case, string Subject), int>();
        try
        {
            var measurements = ChannelBench.Run(options, step =>
            {
                var round = rounds[(step.Case, step.Subject)] = rounds.GetValueOrDefault((step.Case, step.Subject)) + 1;
                progress.Step(step.Case, step.Subject, round, options.Rounds);
                progress.Figures(new CaseResult { Name = step.Case, Subject = step.Subject, Metrics = { [Metric.OperationsPerSecond.Name] = step.OperationsPerSecond } });
            }, cancellationToken);
            foreach (var measured in measurements.GroupBy(measurement => measurement.Case)) ResultSet.Add(report, progress, Stock, measured.Select(ToResult));
        }
        catch (InvalidDataException wrong)
        {
            (report.Inconclusive ??= []).Add($"channels: {wrong.Message}");
        }
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static CaseResult ToResult(ChannelMeasurement measured)
    {
        var result = new CaseResult { Name = measured.Case, Subject = measured.Subject };
        // The stock channels are known to lose items in the storm; that is a figure of theirs. Ours must not.
        if (measured is { Faults: { } broken, Subject: not Stock } && broken.Lost + broken.Doubled + broken.Hung > 0)
            return result with { Refused = $"{broken.Lost} items lost, {broken.Doubled} doubled, {broken.Hung} calls hung" };
        void Add(Metric metric, double value, int decimals) => result.Metrics[metric.Name] = Math.Round(value, decimals);
        Add(Metric.OperationsPerSecond, measured.OperationsPerSecond, 0);
        Add(Metric.CpuPerOperation, measured.CpuNanosecondsPerOperation, 3);
        Add(Metric.AllocatedPerOperation, measured.AllocatedBytesPerOperation, 4);
        Add(Metric.SwitchesPerOperation, measured.ContextSwitchesPerOperation, 6);
        if (measured.Faults is not { } faults) return result;
        Add(Metric.Lost, faults.Lost, 0);
        Add(Metric.Doubled, faults.Doubled, 0);
        Add(Metric.Hung, faults.Hung, 0);
        return result with { Notes = [FormattableString.Invariant($"{faults.Cancelled:N0} reads and writes were cancelled")] };
    }
}
