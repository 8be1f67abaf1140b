using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>A cell in a few words.</summary>
internal static class CellText
{
    private static readonly Metric[] Told =
    [
        Metric.RequestsPerSecond, Metric.CpuPerRequest, Metric.P50, Metric.P99, Metric.P999, Metric.PauseTotal, Metric.MemoryPerConnection, Metric.StartTime, Metric.MillionsPerSecond,
        Metric.StartP50, Metric.StartP99, Metric.IdleCpu,
        Metric.Written, Metric.Cancelled, Metric.Lost, Metric.Doubled, Metric.Hung,
    ];

    public static string Short(CaseResult result)
    {
        if (result.Refused != null) return $"refused: {result.Refused}";
        var figures = Told.Where(metric => result.Metrics.ContainsKey(metric.Name)).Select(metric => $"{metric.Title} {metric.Format(result.Metrics[metric.Name])}");
        return string.Join(", ", figures);
    }
}
