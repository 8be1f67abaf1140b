using System.Text;
using FastCore.Perf.Results;

namespace FastCore.Perf.Reports;

/// <summary>A report as Markdown: tables a person reads on a project's first page.</summary>
public static class MarkdownReport
{
    /// <summary>Where the tables begin in a file that holds other text, too.</summary>
    public const string Begin = "<!-- bench:begin -->";

    /// <summary>Where they end.</summary>
    public const string End = "<!-- bench:end -->";

    /// <summary>The tables.</summary>
    public static string Write(BenchReport report)
    {
        var text = new StringBuilder();
        foreach (var section in ReportSection.Of(report)) Append(text, section);
        foreach (var sentence in report.Inconclusive ?? []) text.Append("**Inconclusive:** ").Append(Escape(sentence)).Append("\n\n");
        var machine = report.Machine;
        text.Append(Escape(machine.Cpu)).Append(", ").Append(machine.Cores).Append(machine.Cores == 1 ? " core" : " cores");
        text.Append(", ").Append(Escape(machine.Os)).Append(", kernel ").Append(Escape(machine.Kernel)).Append(", ").Append(Escape(machine.Runtime)).Append("; FastCore ").Append(machine.Version);
        if (machine.Commit is { } commit) text.Append(" at ").Append(commit.AsSpan(0, Math.Min(12, commit.Length))).Append(machine.Dirty == true ? " with changes" : "");
        return text.Append(", ").Append(machine.Date).Append(".\n").ToString();
    }

    /// <summary>Puts the tables between the marks of <paramref name="existing"/>, or makes them the whole text where it has none.</summary>
    public static string Merge(string? existing, string tables)
    {
        var begin = existing?.IndexOf(Begin, StringComparison.Ordinal) ?? -1;
        var end = begin < 0 ? -1 : existing!.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0 ? tables : $"{existing![..(begin + Begin.Length)]}\n{tables}{existing[end..]}";
    }

    private static void Append(StringBuilder text, ReportSection section)
    {
        text.Append("**").Append(section.Title).Append("**\n\n| case | subject |");
        foreach (var column in section.Columns) text.Append(' ').Append(column.Title).Append(" |");
        if (section.RatioTitle is { } ratio) text.Append(' ').Append(ratio).Append(" |");
        text.Append("\n|---|---|");
        for (var i = 0; i < section.Columns.Count + (section.RatioOf == null ? 0 : 1); i++) text.Append("---:|");
        text.Append('\n');
        var notes = new List<string>();
        foreach (var result in section.Results)
        {
            text.Append("| ").Append(result.Name).Append(" | ").Append(result.Subject).Append(" |");
            foreach (var column in section.Columns)
            {
                text.Append(' ').Append(result.Metrics.TryGetValue(column.Name, out var value) ? column.Format(value) : "").Append(" |");
            }
            if (section.RatioOf != null) text.Append(' ').Append(section.RatioText(result)).Append(" |");
            text.Append('\n');
            if (result.Refused != null) notes.Add($"{result.Name}, {result.Subject}: **refused**, {Escape(result.Refused)}");
            foreach (var note in result.Notes ?? []) notes.Add($"{result.Name}, {result.Subject}: {Escape(note)}");
        }
        text.Append('\n');
        foreach (var note in notes) text.Append("- ").Append(note).Append('\n');
        if (notes.Count > 0) text.Append('\n');
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}
