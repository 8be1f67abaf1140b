using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FastCore.Perf.Results;

/// <summary>
/// A condition on a report: <c>[CASE[@SUBJECT]:]METRIC&lt;NUMBER</c>, or <c>ratio.METRIC</c> for the quotient. CASE may
/// end in <c>*</c>. Without SUBJECT it speaks of every cell of FastCore that has the metric.
/// </summary>
/// <remarks>A condition on something that was not measured, or whose cell was refused, does not hold: nothing shows that it does.</remarks>
public sealed record Assertion
{
    private const string RatioPrefix = "ratio.";
    private static readonly string[] Operators = ["<=", ">=", "<", ">"];

    private Assertion(string text, string? caseName, string? subject, string metric, string comparison, double limit)
    {
        (Text, _case, _subject, _metric, _comparison, _limit) = (text, caseName, subject, metric, comparison, limit);
    }

    private readonly string? _case;
    private readonly string? _subject;
    private readonly string _metric;
    private readonly string _comparison;
    private readonly double _limit;

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads one; on failure <paramref name="problem"/> is a sentence that says what to write.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Assertion? assertion, [NotNullWhen(false)] out string? problem)
    {
        assertion = null;
        var comparison = Array.Find(Operators, candidate => text.Contains(candidate, StringComparison.Ordinal));
        var at = comparison == null ? -1 : text.IndexOf(comparison, StringComparison.Ordinal);
        if (comparison == null || !double.TryParse(text.AsSpan(at + comparison.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var limit))
        {
            problem = $"'{text}' is no condition. Write METRIC<NUMBER, for example p99_us<2000 (with <, <=, > or >=).";
            return false;
        }
        var left = text[..at].Trim();
        var colon = left.LastIndexOf(':');
        string? caseName = colon < 0 ? null : left[..colon];
        var metric = left[(colon + 1)..];
        string? subject = null;
        if (caseName?.IndexOf('@') is { } atSign and >= 0) (caseName, subject) = (caseName[..atSign], caseName[(atSign + 1)..]);
        var plain = metric.StartsWith(RatioPrefix, StringComparison.Ordinal) ? metric[RatioPrefix.Length..] : metric;
        if (Metric.Find(plain) == null)
        {
            problem = $"'{text}' names no metric. Known are: {string.Join(", ", Metric.All.Select(known => known.Name))}; and ratio. before one of them.";
            return false;
        }
        assertion = new Assertion(text, caseName, subject, metric, comparison, limit);
        problem = null;
        return true;
    }

    /// <summary>The sentences that say where it does not hold; none if it holds.</summary>
    public IReadOnlyList<string> Check(BenchReport report)
    {
        var failures = new List<string>();
        var checkedCells = 0;
        foreach (var result in report.Cases)
        {
            if (!Concerns(result)) continue;
            if (result.Refused != null)
            {
                failures.Add($"{Text}: {result.Name} {result.Subject} was refused ({result.Refused})");
                checkedCells++;
            }
            else if (Value(result) is { } value)
            {
                checkedCells++;
                if (!Holds(value)) failures.Add($"{Text}: {result.Name} {result.Subject} has {value.ToString("0.####", CultureInfo.InvariantCulture)}");
            }
        }
        if (checkedCells == 0) failures.Add($"{Text}: nothing that it speaks of was measured");
        return failures;
    }

    private bool Concerns(CaseResult result)
    {
        if (_subject == null ? !result.Subject.StartsWith("fastcore", StringComparison.Ordinal) : result.Subject != _subject) return false;
        // A refused cell has an exit code of its own; only who names it asks for it here.
        if (_case == null) return result.Refused == null;
        return _case.EndsWith('*') ? result.Name.StartsWith(_case[..^1], StringComparison.Ordinal) : result.Name == _case;
    }

    private double? Value(CaseResult result)
    {
        var metrics = result.Metrics;
        var name = _metric;
        if (name.StartsWith(RatioPrefix, StringComparison.Ordinal))
        {
            if (result.Ratio == null) return null;
            metrics = result.Ratio.Metrics;
            name = name[RatioPrefix.Length..];
        }
        return metrics.TryGetValue(name, out var value) ? value : null;
    }

    private bool Holds(double value) => _comparison switch
    {
        "<" => value < _limit,
        "<=" => value <= _limit,
        ">" => value > _limit,
        _ => value >= _limit,
    };
}
