using FastCore.Perf.Results;

namespace FastCore.Perf.Reports;

/// <summary>Results that are shown in one table because they have the same metrics.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Columns">The metrics that are shown.</param>
/// <param name="RatioOf">The metric whose ratio is shown, the one that the section is about; null where nothing is divided.</param>
/// <param name="Results">Its results in the order of the report.</param>
public sealed record ReportSection(string Title, IReadOnlyList<Metric> Columns, Metric? RatioOf, IReadOnlyList<CaseResult> Results)
{
    private static readonly (string Title, Func<CaseResult, bool> Holds, Metric? RatioOf, Metric[] Columns)[] Kinds =
    [
        ("HTTP: connections and start", result => result.Name.StartsWith("http/start", StringComparison.Ordinal) || result.Name.StartsWith("http/idle", StringComparison.Ordinal), Metric.StartTime,
            [Metric.StartTime, Metric.MemoryPerConnection]),
        ("HTTP under load", result => result.Name.StartsWith("http/", StringComparison.Ordinal), Metric.CpuPerRequest,
            [Metric.RequestsPerSecond, Metric.CpuPerRequest, Metric.UserPerRequest, Metric.SystemPerRequest, Metric.P50, Metric.P99, Metric.P999, Metric.ServiceP99, Metric.PeakMemory, Metric.AllocatedPerRequest]),
        ("Gateway", result => result.Name.StartsWith("gateway/", StringComparison.Ordinal), Metric.CpuPerRequest,
            [Metric.RequestsPerSecond, Metric.CpuPerRequest, Metric.UserPerRequest, Metric.SystemPerRequest, Metric.P50, Metric.P99, Metric.P999, Metric.ServiceP99, Metric.PeakMemory]),
        ("Garbage collector: settings under an allocating load", result => result.Name.StartsWith("gc/", StringComparison.Ordinal), Metric.P999,
            [Metric.RequestsPerSecond, Metric.CpuPerRequest, Metric.P50, Metric.P99, Metric.P999, Metric.Maximum, Metric.Generation0, Metric.Generation1, Metric.Generation2, Metric.AllocatedPerCollection, Metric.PauseTotal, Metric.PauseP99, Metric.PauseMaximum, Metric.HiccupMaximum, Metric.PeakMemory]),
        ("Scheduler in storms", result => result.Name.StartsWith("check/scheduler/", StringComparison.Ordinal), null,
            [Metric.Spawned, Metric.Ran, Metric.Abandoned, Metric.Refused, Metric.Lost, Metric.Doubled, Metric.Hung, Metric.Failed]),
        ("Channels under cancellation", result => result.Name.StartsWith("check/", StringComparison.Ordinal), null,
            [Metric.Written, Metric.Read, Metric.Dropped, Metric.Cancelled, Metric.Lost, Metric.Doubled, Metric.OutOfOrder, Metric.Hung, Metric.Failed, Metric.CorePercent]),
        ("Object pool", result => result.Name.StartsWith("pool/", StringComparison.Ordinal), Metric.MillionsPerSecond,
            [Metric.MeanTime, Metric.MillionsPerSecond, Metric.Generation0, Metric.Generation1, Metric.Generation2, Metric.PauseTotal, Metric.SwitchesPerThousand, Metric.AllocatedPerOperation, Metric.CpuPerOperation]),
        ("Scheduler: how soon work starts", result => result.Name.StartsWith("scheduler/wake-up", StringComparison.Ordinal) || result.Name.StartsWith("scheduler/hog", StringComparison.Ordinal), Metric.StartP99,
            [Metric.StartP50, Metric.StartP99, Metric.StartP999]),
        ("Scheduler: idle", result => result.Name.StartsWith("scheduler/idle", StringComparison.Ordinal), Metric.IdleCpu,
            [Metric.IdleCpu]),
        ("Scheduler", result => result.Name.StartsWith("scheduler/", StringComparison.Ordinal), Metric.MillionsPerSecond,
            [Metric.MeanTime, Metric.MillionsPerSecond, Metric.StartP50, Metric.StartP99, Metric.StartP999, Metric.StealsPerThousand, Metric.MigrationsPerThousand, Metric.SwitchesPerThousand, Metric.AllocatedPerOperation, Metric.CpuPerOperation]),
        ("Native heap", result => result.Name.StartsWith("alloc/", StringComparison.Ordinal), Metric.MillionsPerSecond,
            [Metric.BatchP50, Metric.BatchP99, Metric.MillionsPerSecond, Metric.CacheHits, Metric.AllocatedPerOperation, Metric.CpuPerOperation]),
        ("Map", result => result.Name.StartsWith("map/", StringComparison.Ordinal), Metric.MeanTime,
            [Metric.MeanTime, Metric.MillionsPerSecond, Metric.MemoryPerEntry, Metric.AllocatedPerOperation, Metric.CpuPerOperation]),
        ("Rings and channels", _ => true, Metric.MillionsPerSecond,
            [Metric.MeanTime, Metric.MillionsPerSecond, Metric.SwitchesPerThousand, Metric.AllocatedPerOperation, Metric.CpuPerOperation]),
    ];

    /// <summary>Divides a report into its tables; columns that nobody has a figure for are left out.</summary>
    public static IReadOnlyList<ReportSection> Of(BenchReport report)
    {
        var left = report.Cases.ToList();
        var sections = new List<ReportSection>();
        foreach (var (title, holds, ratioOf, columns) in Kinds)
        {
            var results = left.FindAll(result => holds(result));
            left.RemoveAll(result => holds(result));
            if (results.Count == 0) continue;
            var used = columns.Where(column => results.Exists(result => result.Metrics.ContainsKey(column.Name))).ToArray();
            sections.Add(new ReportSection(title, used, ratioOf, results));
        }
        sections.Sort((first, second) => Rank(first).CompareTo(Rank(second)));
        return sections;
    }

    /// <summary>The heading over the column of ratios, which names what is divided by; null for a table without one.</summary>
    public string? RatioTitle
    {
        get
        {
            if (RatioOf == null) return null;
            var other = Results.Select(result => result.Ratio?.To).FirstOrDefault(to => to != null);
            var what = RatioOf == Metric.MillionsPerSecond ? "Mops/s" : RatioOf == Metric.CpuPerRequest || RatioOf == Metric.IdleCpu ? "CPU" : RatioOf == Metric.StartP99 ? "p99" : RatioOf == Metric.P999 ? "p99.9" : RatioOf == Metric.MeanTime ? "ns" : "figure";
            return other == null ? "ratio" : $"{what} ÷ {other}";
        }
    }

    /// <summary>The ratio that is shown for a result, or an empty text where there is none.</summary>
    public string RatioText(CaseResult result)
    {
        if (RatioOf == null || result.Ratio is not { } ratio) return "";
        // In a table of unlike cases each result has one metric, and that is the one meant.
        var name = ratio.Metrics.ContainsKey(RatioOf.Name) ? RatioOf.Name : ratio.Metrics.Keys.FirstOrDefault();
        return name == null ? "" : Metric.FormatRatio(ratio.Metrics[name]);
    }

    private static int Rank(ReportSection section) => Array.FindIndex([Metric.CpuPerRequest, Metric.P999, Metric.StartTime, Metric.MillionsPerSecond, Metric.StartP99, Metric.IdleCpu, Metric.MeanTime, null], metric => metric == section.RatioOf);
}
