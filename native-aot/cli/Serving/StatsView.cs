using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FastCore.Cli.Serving;

/// <summary>Two looks at a server as a table, or as a line: what happened between them, and in all.</summary>
internal static class StatsView
{
    private static readonly string[] Columns = ["", "requests", "open", "accepted", "refused", "in", "out", "2xx", "3xx", "4xx", "5xx", "p50 ms", "p99 ms"];

    // From here on the columns are of answers, not of connections.
    private const int FirstOfAnswers = 7;

    // All columns, with figures of a busy server.
    private const int Wide = 124;

    /// <param name="title">What is served where.</param>
    /// <param name="start">When the server was first looked at.</param>
    /// <param name="before">The look before.</param>
    /// <param name="now">This look.</param>
    /// <param name="width">Of the terminal; on a narrow one the columns are in two tables.</param>
    public static IRenderable Table(string title, ServerSample start, ServerSample before, ServerSample now, int width)
    {
        var (rows, seconds) = (new List<string[]>(), Seconds(before, now));
        if (now.Reactors.Count > 1) rows.AddRange(before.Reactors.Zip(now.Reactors, (earlier, later) => Row(later.Name, earlier, later, seconds)));
        rows.Add(Row("a second", before.All, now.All, seconds));
        var total = now.All;
        rows.Add(["in all", .. Cells("", total.Accepted, total.Refused, total.Received, total.Sent, total.Requests, 1)]);
        var head = new Markup($"[bold]{Markup.Escape(title)}[/]  up {TimeSpan.FromSeconds(Math.Floor(Seconds(start, now))):c}");
        return width >= Wide ? new Rows(head, Part(rows, 1..)) : new Rows(head, Part(rows, 1..FirstOfAnswers), Part(rows, FirstOfAnswers..));
    }

    /// <summary>The same in a line for whoever reads lines: rates, statuses and durations are of the time between the looks.</summary>
    public static string Line(ServerSample before, ServerSample now)
    {
        var (seconds, counts) = (Seconds(before, now), now.All.Requests.Since(before.All.Requests));
        return string.Create(CultureInfo.InvariantCulture, $"""
            stats requests/s={counts.All / seconds:F0} open={now.All.Connections} accepted={now.All.Accepted} refused={now.All.Refused} in/s={(now.All.Received - before.All.Received) / seconds:F0} out/s={(now.All.Sent - before.All.Sent) / seconds:F0} 2xx={counts.ByClass[2]} 3xx={counts.ByClass[3]} 4xx={counts.ByClass[4]} 5xx={counts.ByClass[5]} p50_ms={Milliseconds(counts.Percentile(50), "-")} p99_ms={Milliseconds(counts.Percentile(99), "-")}
            """);
    }

    private static Table Part(List<string[]> rows, Range range)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("") { NoWrap = true });
        foreach (var column in Columns[range]) table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))) { Alignment = Justify.Right, NoWrap = true });
        foreach (var row in rows) table.AddRow(((string[])[row[0], .. row[range]]).Select(static cell => new Text(cell)));
        return table;
    }

    private static string[] Row(string name, ServerTotals before, ServerTotals now, double seconds) =>
        [name, .. Cells(Number(now.Connections), now.Accepted - before.Accepted, now.Refused - before.Refused, now.Received - before.Received, now.Sent - before.Sent, now.Requests.Since(before.Requests), seconds)];

    private static string[] Cells(string open, long accepted, long refused, long received, long sent, RequestCounts counts, double seconds) =>
    [
        Number(counts.All / seconds), open, Number(accepted / seconds), Number(refused / seconds), Bytes(received / seconds), Bytes(sent / seconds),
        .. counts.ByClass[2..].Select(count => Number(count / seconds)), Milliseconds(counts.Percentile(50), ""), Milliseconds(counts.Percentile(99), ""),
    ];

    private static double Seconds(ServerSample before, ServerSample now) => Math.Max(0.001, Stopwatch.GetElapsedTime(before.Timestamp, now.Timestamp).TotalSeconds);

    private static string Milliseconds(TimeSpan? time, string none) => time?.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture) ?? none;

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++) bytes /= 1024;
        return $"{bytes.ToString(unit == 0 ? "F0" : "F1", CultureInfo.InvariantCulture)} {units[unit]}";
    }
}
