namespace FastCore.Perf.Results;

/// <summary>The results of one case, one for each subject.</summary>
internal static class ResultSet
{
    /// <summary>Adds them to the report, each with its ratio to <paramref name="referenceSubject"/> if that has a result.</summary>
    public static void Add(BenchReport report, IBenchProgress progress, string referenceSubject, IEnumerable<CaseResult> results)
    {
        CaseResult[] all = [.. results];
        var reference = Array.Find(all, result => result.Subject == referenceSubject && result.Refused == null);
        foreach (var result in all)
        {
            var withRatio = reference == null || result == reference || result.Refused != null ? result : result with { Ratio = CaseRatio.Between(result, reference) };
            report.Cases.Add(withRatio);
            progress.Finished(withRatio);
        }
    }
}
