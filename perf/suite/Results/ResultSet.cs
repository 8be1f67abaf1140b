namespace FastCore.Perf.Results;

/// <summary>The results of one case, one for each subject.</summary>
internal static class ResultSet
{
    /// <summary>Adds them to the report, each with its ratio to the last one, which is what the others are compared with.</summary>
    public static void Add(BenchReport report, IBenchProgress progress, IEnumerable<CaseResult> results)
    {
        CaseResult[] all = [.. results];
        var reference = all.Length > 1 && all[^1].Refused == null ? all[^1] : null;
        foreach (var result in all)
        {
            var withRatio = reference == null || result == reference || result.Refused != null ? result : result with { Ratio = CaseRatio.Between(result, reference) };
            report.Cases.Add(withRatio);
            progress.Finished(withRatio);
        }
    }
}
