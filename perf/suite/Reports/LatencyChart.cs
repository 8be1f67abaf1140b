using System.Globalization;
using FastCore.Perf.Results;

namespace FastCore.Perf.Reports;

/// <summary>Latency by percentile: the horizontal axis counts nines, so that the tail has room; the vertical one is logarithmic.</summary>
internal static class LatencyChart
{
    private const double Width = 640;
    private const double Height = 300;
    private const double Left = 64;
    private const double Right = 16;
    private const double Top = 14;
    private const double Bottom = 64;

    public static string Draw(string title, IReadOnlyList<(string Subject, List<LatencyPoint> Points)> curves)
    {
        var all = curves.SelectMany(curve => curve.Points).ToList();
        var nines = Math.Max(1, all.Where(point => point.Percentile < 100).Max(Nines));
        var lowest = Math.Floor(Math.Log10(Math.Max(1, all.Min(point => point.Us))));
        var highest = Math.Max(lowest + 1, Math.Ceiling(Math.Log10(all.Max(point => point.Us))));
        double X(LatencyPoint point) => Left + (Width - Left - Right) * Math.Min(Nines(point), nines) / nines;
        double Y(double us) => Top + (Height - Top - Bottom) * (highest - Math.Log10(Math.Max(us, 1))) / (highest - lowest);

        var svg = new SvgWriter(Width, Height, title, string.Join("; ", curves.Select(curve => $"{curve.Subject}: {Describe(curve.Points)}")));
        for (var power = lowest; power <= highest; power++)
        {
            var y = Y(Math.Pow(10, power));
            svg.Line(Left, y, Width - Right, y, "grid");
            svg.Text(Left - 8, y + 4, Duration(Math.Pow(10, power)), "tick", "end");
        }
        foreach (var percentile in (double[])[0, 50, 90, 99, 99.9, 99.99, 99.999])
        {
            var point = new LatencyPoint(percentile, 0);
            if (Nines(point) > nines) break;
            svg.Line(X(point), Top, X(point), Height - Bottom, "grid");
            svg.Text(X(point), Height - Bottom + 18, percentile == 0 ? "min" : "p" + percentile.ToString(CultureInfo.InvariantCulture), "tick", X(point) > Width - 2 * Right ? "end" : "middle");
        }
        var legend = Left;
        foreach (var (subject, points) in curves)
        {
            var colour = SubjectColours.ClassOf(subject);
            var drawn = points.Where(point => point.Percentile < 100).ToList();
            svg.Polyline(drawn.Select(point => (X(point), Y(point.Us))), "curve " + colour);
            foreach (var point in drawn) svg.Circle(X(point), Y(point.Us), 3, colour, $"{subject}, p{point.Percentile.ToString(CultureInfo.InvariantCulture)}: {Duration(point.Us)}");
            svg.Rectangle(legend, Height - 22, 12, 12, colour, subject);
            svg.Text(legend + 18, Height - 12, subject, "label");
            legend += 30 + 8 * subject.Length;
        }
        return svg.End();
    }

    private static double Nines(LatencyPoint point) => -Math.Log10(1 - point.Percentile / 100);

    private static string Describe(List<LatencyPoint> points) =>
        string.Join(", ", points.Where(point => point.Percentile is 50 or 99).Select(point => $"p{point.Percentile.ToString(CultureInfo.InvariantCulture)} {Duration(point.Us)}"));

    private static string Duration(double us) => us switch
    {
        >= 1_000_000 => (us / 1_000_000).ToString("0.##", CultureInfo.InvariantCulture) + " s",
        >= 1_000 => (us / 1_000).ToString("0.##", CultureInfo.InvariantCulture) + " ms",
        _ => us.ToString("0.##", CultureInfo.InvariantCulture) + " µs",
    };
}
