using FastCore.Perf.Reports;
using FastCore.Perf.Results;
using Spectre.Console;

namespace FastCore.Cli.Bench;

/// <summary>The finished report in a terminal: a table for each section, as many columns as fit.</summary>
internal static class ReportView
{
    // What goes first when the terminal is narrow.
    private static readonly Metric[] Expendable =
    [
        Metric.SystemPerRequest, Metric.P999, Metric.SwitchesPerThousand, Metric.AllocatedPerOperation, Metric.AllocatedPerRequest, Metric.PeakMemory, Metric.P50, Metric.UserPerRequest,
        Metric.HiccupMaximum, Metric.AllocatedPerCollection, Metric.Maximum,
    ];

    public static void Print(IAnsiConsole console, BenchReport report)
    {
        foreach (var section in ReportSection.Of(report))
        {
            console.Write(TableOf(section, console.Profile.Width));
            foreach (var result in section.Results)
            {
                if (result.Refused != null) console.MarkupLineInterpolated($"[red]refused[/] {result.Name} {result.Subject}: {result.Refused}");
                foreach (var note in result.Notes ?? []) console.MarkupLineInterpolated($"[yellow]note[/] {result.Name} {result.Subject}: {note}");
            }
        }
        foreach (var sentence in report.Inconclusive ?? []) console.MarkupLineInterpolated($"[red]inconclusive:[/] {sentence}");
    }

    private static Table TableOf(ReportSection section, int width)
    {
        var rows = new List<(CaseResult Result, string[] Cells)>();
        var columns = section.Columns.ToList();
        string[] headings;
        while (true)
        {
            headings = ["case", "subject", .. columns.Select(column => column.Title), .. RatioColumn(section.RatioTitle)];
            rows = [.. section.Results.Select(result => (result, CellsOf(section, result, columns)))];
            var needed = headings.Select((heading, at) => Math.Max(heading.Length, rows.Count == 0 ? 0 : rows.Max(row => row.Cells[at].Length)) + 3).Sum() + 1;
            if (needed <= width || Array.Find(Expendable, column => column != section.RatioOf && columns.Contains(column)) is not { } dropped) break;
            columns.Remove(dropped);
        }
        var table = new Table().Border(TableBorder.Rounded).Title(section.Title);
        for (var at = 0; at < headings.Length; at++)
        {
            var column = new TableColumn(new Text(headings[at], new Style(decoration: Decoration.Bold)));
            table.AddColumn(at < 2 ? column : column.RightAligned());
        }
        foreach (var (result, cells) in rows)
        {
            var isOurs = result.Subject.StartsWith("fastcore", StringComparison.Ordinal);
            var style = result.Refused != null ? new Style(Color.Red) : isOurs ? Style.Plain : new Style(decoration: Decoration.Dim);
            table.AddRow(cells.Select((cell, at) => new Text(cell, at == cells.Length - 1 && section.RatioOf != null && cell.Length > 0 && result.Refused == null ? new Style(Color.Green) : style)));
        }
        return table;
    }

    private static string[] CellsOf(ReportSection section, CaseResult result, List<Metric> columns) =>
    [
        result.Name,
        result.Subject,
        .. columns.Select(column => result.Metrics.TryGetValue(column.Name, out var value) ? column.Format(value) : ""),
        .. RatioColumn(section.RatioOf == null ? null : result.Refused != null ? "refused" : section.RatioText(result)),
    ];

    /// <summary>The last column, in tables that have one.</summary>
    private static string[] RatioColumn(string? text) => text == null ? [] : [text];
}
