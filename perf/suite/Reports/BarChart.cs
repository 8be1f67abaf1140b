namespace FastCore.Perf.Reports;

/// <summary>Horizontal bars, one a subject; a bar may be divided in two, the first part in the full colour.</summary>
internal static class BarChart
{
    private const double Width = 640;
    private const double LabelWidth = 150;
    private const double ValueWidth = 215;
    private const double BarHeight = 24;
    private const double Step = 38;

    /// <param name="Subject">The label before the bar.</param>
    /// <param name="Value">Its length.</param>
    /// <param name="FirstPart">How much of it is the first part, named <paramref name="FirstName"/>; null if it is not divided.</param>
    /// <param name="FirstName">What the first part is.</param>
    /// <param name="Label">The text behind the bar.</param>
    internal readonly record struct Bar(string Subject, double Value, double? FirstPart, string FirstName, string Label);

    public static string Draw(string title, IReadOnlyList<Bar> bars)
    {
        var height = bars.Count * Step + 8;
        var svg = new SvgWriter(Width, height, title, string.Join("; ", bars.Select(bar => $"{bar.Subject}: {bar.Label}")));
        var longest = bars.Max(bar => bar.Value);
        var scale = longest > 0 ? (Width - LabelWidth - ValueWidth) / longest : 0;
        for (var i = 0; i < bars.Count; i++)
        {
            var bar = bars[i];
            var y = i * Step + 8;
            var colour = SubjectColours.ClassOf(bar.Subject);
            svg.Text(LabelWidth - 10, y + BarHeight * 0.7, bar.Subject, "label", "end");
            svg.Rectangle(LabelWidth, y, bar.Value * scale, BarHeight, bar.FirstPart == null ? colour : colour + " pale", $"{bar.Subject}: {bar.Label}");
            if (bar.FirstPart is { } first) svg.Rectangle(LabelWidth, y, first * scale, BarHeight, colour, $"{bar.Subject}, {bar.FirstName}");
            svg.Text(LabelWidth + bar.Value * scale + 8, y + BarHeight * 0.7, bar.Label, "value");
        }
        svg.Line(LabelWidth, 0, LabelWidth, height, "axis");
        return svg.End();
    }
}

/// <summary>A subject has the same colour in every chart of a page.</summary>
internal static class SubjectColours
{
    public static string ClassOf(string subject) => subject switch
    {
        "fastcore" or "fastcore/io_uring" or "fastcore/hybrid" => "s1",
        "fastcore/epoll" or "fastcore/local-only" => "s2",
        "fastcore/portable" or "fastcore/global-only" => "s3",
        _ => "s4",
    };
}
