using System.Globalization;

namespace FastCore.Perf.Reports;

/// <summary>
/// One row a case, one mark a subject, on a logarithmic axis, where equal distances are equal ratios: the line between the
/// marks is what one subject has over the other.
/// </summary>
internal static class PairChart
{
    private const double Width = 960;
    private const double LabelWidth = 300;
    private const double RatioWidth = 90;
    private const double Step = 24;
    private const double Top = 30;
    private const double Bottom = 46;

    /// <param name="Name">The label before the row.</param>
    /// <param name="Marks">The subjects' values, all above 0.</param>
    /// <param name="Label">The text behind the row.</param>
    internal readonly record struct Row(string Name, IReadOnlyList<(string Subject, double Value)> Marks, string Label);

    public static string Draw(string title, IReadOnlyList<Row> rows)
    {
        var height = Top + rows.Count * Step + Bottom;
        var svg = new SvgWriter(Width, height, title, string.Join("; ", rows.Select(row => $"{row.Name}: {string.Join(", ", row.Marks.Select(mark => $"{mark.Subject} {Number(mark.Value)}"))} {row.Label}")));
        var values = rows.SelectMany(row => row.Marks).Select(mark => mark.Value).ToList();
        var lowest = Math.Floor(Math.Log10(values.Min()));
        var highest = Math.Max(lowest + 1, Math.Ceiling(Math.Log10(values.Max())));
        double X(double value) => LabelWidth + (Width - LabelWidth - RatioWidth) * (Math.Log10(value) - lowest) / (highest - lowest);
        for (var power = lowest; power <= highest; power++)
        {
            var x = X(Math.Pow(10, power));
            svg.Line(x, Top - 8, x, height - Bottom, "grid");
            svg.Text(x, Top - 14, Number(Math.Pow(10, power)), "tick", "middle");
        }
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var y = Top + (i + 0.5) * Step;
            svg.Text(LabelWidth - 14, y + 4, row.Name, "label", "end");
            svg.Line(X(row.Marks.Min(mark => mark.Value)), y, X(row.Marks.Max(mark => mark.Value)), y, "span");
            foreach (var (subject, value) in row.Marks) svg.Circle(X(value), y, 5.5, SubjectColours.ClassOf(subject), $"{row.Name}, {subject}: {Number(value)}");
            svg.Text(Width - RatioWidth + 14, y + 4, row.Label, "value");
        }
        var legend = LabelWidth;
        foreach (var subject in rows.SelectMany(row => row.Marks).Select(mark => mark.Subject).Distinct())
        {
            svg.Rectangle(legend, height - 22, 12, 12, SubjectColours.ClassOf(subject), subject);
            svg.Text(legend + 18, height - 12, subject, "label");
            legend += 30 + 8 * subject.Length;
        }
        return svg.End();
    }

    private static string Number(double value) => value.ToString(value >= 10 ? "0" : "0.##", CultureInfo.InvariantCulture);
}
