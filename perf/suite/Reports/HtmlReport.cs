using System.Net;
using System.Text;
using FastCore.Perf.Results;

namespace FastCore.Perf.Reports;

/// <summary>A report as one self-contained page: tables and charts, no script, nothing fetched, light and dark as the reader's system is.</summary>
public static class HtmlReport
{
    /// <summary>The page.</summary>
    public static string Write(BenchReport report)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append("<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>FastCore bench</title>\n<style>").Append(HtmlStyle.Text).Append("</style>\n</head>\n<body>\n<main>\n");
        AppendHead(page, report);
        foreach (var section in ReportSection.Of(report))
        {
            page.Append("<section>\n<h2>").Append(Escape(section.Title)).Append("</h2>\n");
            AppendCharts(page, section);
            AppendTable(page, section);
            page.Append("</section>\n");
        }
        page.Append("<footer>Ratios compare subjects within this one run: medians of rounds that alternate. ").Append("CPU time counts user and system time of the server's process.</footer>\n");
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendHead(StringBuilder page, BenchReport report)
    {
        var machine = report.Machine;
        page.Append("<header>\n<h1>FastCore bench</h1>\n<dl>");
        void Fact(string name, string? value)
        {
            if (value != null) page.Append("<div><dt>").Append(name).Append("</dt><dd>").Append(Escape(value)).Append("</dd></div>");
        }
        Fact("Processor", $"{machine.Cpu}, {machine.Cores} {(machine.Cores == 1 ? "core" : "cores")}");
        Fact("System", $"{machine.Os}, kernel {machine.Kernel}");
        Fact("Runtime", machine.Runtime);
        Fact("FastCore", machine.Version + (machine.Commit is { } commit ? $" ({commit[..Math.Min(12, commit.Length)]}{(machine.Dirty == true ? ", with changes" : "")})" : ""));
        Fact("Placement", machine.Pinning);
        Fact("Date", machine.Date);
        page.Append("</dl>\n</header>\n");
        foreach (var sentence in report.Inconclusive ?? []) page.Append("<p class=\"alert\"><strong>Inconclusive:</strong> ").Append(Escape(sentence)).Append("</p>\n");
    }

    private static void AppendCharts(StringBuilder page, ReportSection section)
    {
        if (section.RatioOf is not { } subject) return;
        if (subject == Metric.MillionsPerSecond)
        {
            AppendPairs(page, section, subject);
            return;
        }
        page.Append("<div class=\"charts\">\n");
        foreach (var group in section.Results.GroupBy(result => result.Name))
        {
            var measured = group.Where(result => result.Refused == null).ToList();
            Metric[] charted = subject == Metric.CpuPerRequest ? [Metric.CpuPerRequest, Metric.RequestsPerSecond] : [subject, .. section.Columns];
            var metrics = charted.Where(metric => measured.Exists(result => result.Metrics.ContainsKey(metric.Name))).Take(subject == Metric.CpuPerRequest ? 2 : 1).ToList();
            if (metrics.Count == 0) continue;
            AppendFigure(page, group.Key, metrics.ConvertAll(metric => (metric.Title, Bars(group.Key, metric, measured), Legend(metric, measured))));
            var curves = measured.Where(result => result.Latency is { Count: > 1 }).Select(result => (result.Subject, result.Latency!)).ToList();
            if (curves.Count > 0) AppendFigure(page, group.Key, [("latency by percentile", LatencyChart.Draw($"{group.Key}: latency by percentile", curves), null)]);
        }
        page.Append("</div>\n");
    }

    /// <summary>Many cases of two subjects each: one chart for all of them.</summary>
    private static void AppendPairs(StringBuilder page, ReportSection section, Metric metric)
    {
        var rows = new List<PairChart.Row>();
        foreach (var group in section.Results.Where(result => result.Metrics.ContainsKey(metric.Name)).GroupBy(result => result.Name))
        {
            var ratio = group.Select(section.RatioText).FirstOrDefault(text => text.Length > 0);
            rows.Add(new PairChart.Row(group.Key, [.. group.Select(result => (result.Subject, result.Metrics[metric.Name]))], ratio == null ? "" : $"{ratio} ×"));
        }
        if (rows.Count == 0) return;
        page.Append("<div class=\"charts\">\n<figure class=\"wide\">\n<figcaption>").Append(Escape(section.Title)).Append("</figcaption>\n<p class=\"what\">").Append(Escape($"{metric.Title}, logarithmic; behind each row {section.RatioTitle}")).Append("</p>\n");
        page.Append(PairChart.Draw($"{section.Title}: {metric.Title}", rows)).Append("\n</figure>\n</div>\n");
    }

    private static string Bars(string name, Metric metric, List<CaseResult> results) =>
        BarChart.Draw($"{name}: {metric.Title}", [.. results.Where(result => result.Metrics.ContainsKey(metric.Name)).Select(result => BarOf(result, metric))]);

    private static void AppendFigure(StringBuilder page, string name, List<(string What, string Svg, string? Legend)> charts)
    {
        page.Append("<figure>\n<figcaption>").Append(Escape(name)).Append("</figcaption>\n");
        foreach (var (what, svg, legend) in charts)
        {
            page.Append("<p class=\"what\">").Append(Escape(what));
            if (legend != null) page.Append("<span class=\"legend\">").Append(Escape(legend)).Append("</span>");
            page.Append("</p>\n").Append(svg).Append('\n');
        }
        page.Append("</figure>\n");
    }

    private static string? Legend(Metric metric, List<CaseResult> results) =>
        metric == Metric.CpuPerRequest && results.Exists(result => result.Metrics.ContainsKey(Metric.UserPerRequest.Name)) ? "full colour: user time; pale: system time" : null;

    private static BarChart.Bar BarOf(CaseResult result, Metric metric)
    {
        var value = result.Metrics[metric.Name];
        var label = metric.Format(value);
        if (result.Ratio?.Metrics.TryGetValue(metric.Name, out var ratio) == true) label += $" ({Metric.FormatRatio(ratio)} × {result.Ratio.To})";
        double? user = metric == Metric.CpuPerRequest && result.Metrics.TryGetValue(Metric.UserPerRequest.Name, out var share) ? share : null;
        return new BarChart.Bar(result.Subject, value, user, user is { } us ? $"user: {Metric.UserPerRequest.Format(us)} µs" : "", label);
    }

    private static void AppendTable(StringBuilder page, ReportSection section)
    {
        page.Append("<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">case</th><th scope=\"col\">subject</th>");
        foreach (var column in section.Columns) page.Append("<th scope=\"col\" class=\"n\">").Append(Escape(column.Title)).Append("</th>");
        if (section.RatioTitle is { } ratio) page.Append("<th scope=\"col\" class=\"n\">").Append(Escape(ratio)).Append("</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var result in section.Results)
        {
            page.Append("<tr><th scope=\"row\">").Append(Escape(result.Name)).Append("</th><td><i class=\"dot ").Append(SubjectColours.ClassOf(result.Subject)).Append("\"></i>").Append(Escape(result.Subject)).Append("</td>");
            if (result.Refused != null)
            {
                page.Append("<td class=\"refused\" colspan=\"").Append(section.Columns.Count + 1).Append("\">refused: ").Append(Escape(result.Refused)).Append("</td></tr>\n");
                continue;
            }
            foreach (var column in section.Columns)
            {
                page.Append("<td class=\"n\">").Append(result.Metrics.TryGetValue(column.Name, out var value) ? column.Format(value) : "").Append("</td>");
            }
            if (section.RatioOf != null) page.Append("<td class=\"n\">").Append(Escape(section.RatioText(result))).Append("</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody>\n</table></div>\n");
        var notes = section.Results.SelectMany(result => (result.Notes ?? []).Select(note => $"{result.Name}, {result.Subject}: {note}")).ToList();
        if (notes.Count == 0) return;
        page.Append("<ul class=\"notes\">");
        foreach (var note in notes) page.Append("<li>").Append(Escape(note)).Append("</li>");
        page.Append("</ul>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
