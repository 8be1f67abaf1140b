using System.Globalization;
using System.Net;
using System.Text;

namespace FastCore.Perf.Reports;

/// <summary>Writes SVG elements with escaped text and short numbers; colours come from the page's style by class.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();

    public SvgWriter(double width, double height, string title, string description)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Number(width)} {Number(height)}\" role=\"img\" aria-label=\"{Escape(title)}\">");
        _text.Append("<title>").Append(Escape(title)).Append("</title><desc>").Append(Escape(description)).Append("</desc>");
    }

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _text.Append($"<line x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\" class=\"{style}\"/>");

    /// <summary>A rectangle; its tip is what a pointer resting on it shows.</summary>
    public void Rectangle(double x, double y, double width, double height, string style, string tip) =>
        _text.Append($"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(Math.Max(0, width))}\" height=\"{Number(height)}\" rx=\"2\" class=\"{style}\"><title>{Escape(tip)}</title></rect>");

    public void Circle(double x, double y, double radius, string style, string tip) =>
        _text.Append($"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"{Number(radius)}\" class=\"{style}\"><title>{Escape(tip)}</title></circle>");

    public void Polyline(IEnumerable<(double X, double Y)> points, string style) =>
        _text.Append($"<polyline points=\"{string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"))}\" class=\"{style}\"/>");

    /// <summary>Text whose <paramref name="anchor"/> (start, middle, end) lies at the point.</summary>
    public void Text(double x, double y, string text, string style, string anchor = "start") =>
        _text.Append($"<text x=\"{Number(x)}\" y=\"{Number(y)}\" text-anchor=\"{anchor}\" class=\"{style}\">{Escape(text)}</text>");

    /// <summary>The finished element.</summary>
    public string End() => _text.Append("</svg>").ToString();

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
