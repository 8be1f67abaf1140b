using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using FastCore.Tracing.Analysis;

namespace FastCore.Tracing.Exporting;

/// <summary>Writes transition tables as one page of SVG state diagrams, which needs nothing but itself.</summary>
/// <remarks>
/// The states of a table stand on a circle, clockwise from the initial one at the top; a step is an arc that bends to the right
/// of its way, so that there and back are told apart, and steps between the same two states share an arc.
/// </remarks>
public static class DiagramPage
{
    private const int Width = 760;

    private const int StateWidth = 120;

    private const int StateHeight = 34;

    private const string Style =
        "body{font:15px system-ui,sans-serif;max-width:820px;margin:2em auto;color:#222;background:#fff}" +
        "rect{fill:#eef3fb;stroke:#33527a}.first rect{stroke-width:3}path{fill:none;stroke:#667}text{text-anchor:middle;font-size:13px}" +
        ".never{opacity:.55}.never path{stroke-dasharray:5 4}.step{font-size:11px;fill:#444;paint-order:stroke;stroke:#fff;stroke-width:3px}";

    /// <summary>The page, as HTML.</summary>
    /// <param name="tables">What to draw.</param>
    /// <param name="counts">If given, each step that was taken says how often, and after how long; what was never taken is broken.</param>
    public static string Write(IReadOnlyList<TransitionTable> tables, TraceCounts? counts = null)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var page = new StringBuilder();
        page.Append($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>FastCore: state diagrams</title><style>{Style}</style></head><body>\n<h1>State diagrams</h1>\n<p>Drawn from the tables that the code steps through, and that the trace records.</p>\n");
        page.Append("<svg width=\"0\" height=\"0\"><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:#667\"/></marker></defs></svg>\n");
        foreach (TransitionTable table in tables) Append(page, table, counts);
        return page.Append("</body></html>\n").ToString();
    }

    private static void Append(StringBuilder page, TransitionTable table, TraceCounts? counts)
    {
        int radius = 60 + (30 * table.States.Count);
        int height = (2 * radius) + 150;
        Dictionary<string, (double X, double Y)> places = table.States.Index().ToDictionary(
            static one => one.Item,
            one => Place(one.Index * Math.Tau / table.States.Count, radius, height));
        page.Append($"<h2>{Text(table.Name)}</h2>\n<p>{Text(table.Summary)}</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Text(table.Name)}\">\n");
        foreach (IGrouping<(string From, string To), Transition> arc in table.Transitions.GroupBy(static step => (step.From, step.To)))
        {
            string name = string.Join(", ", arc.Select(step => TraceCounts.Label(step, counts)));
            page.Append(counts is not null && arc.All(step => counts.CountOf(step) == 0) ? "<g class=\"never\">" : "<g>");
            if (arc.Key.From == arc.Key.To) AppendLoop(page, places[arc.Key.From], (Width / 2.0, height / 2.0), name);
            else AppendArc(page, places[arc.Key.From], places[arc.Key.To], name);
            page.Append("</g>\n");
        }

        foreach (string state in table.States) AppendState(page, places[state], state, state == table.Initial);
        page.Append("</svg>\n");
    }

    private static (double X, double Y) Place(double angle, int radius, int height) =>
        ((Width / 2.0) + (1.2 * radius * Math.Sin(angle)), (height / 2.0) - (radius * Math.Cos(angle)));

    private static void AppendState(StringBuilder page, (double X, double Y) place, string name, bool isInitial)
    {
        page.Append(CultureInfo.InvariantCulture, $"<g class=\"{(isInitial ? "state first" : "state")}\"><rect x=\"{place.X - (StateWidth / 2):F1}\" y=\"{place.Y - (StateHeight / 2):F1}\" width=\"{StateWidth}\" height=\"{StateHeight}\" rx=\"9\"/>");
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{place.X:F1}\" y=\"{place.Y + 5:F1}\">{Text(name)}</text></g>\n");
    }

    private static void AppendArc(StringBuilder page, (double X, double Y) from, (double X, double Y) to, string name)
    {
        // The bend is a share of the way, turned by a quarter.
        (double X, double Y) bend = (((from.X + to.X) / 2) - ((to.Y - from.Y) * 0.18), ((from.Y + to.Y) / 2) + ((to.X - from.X) * 0.18));
        (double X, double Y) start = AtEdge(from, bend);
        (double X, double Y) end = AtEdge(to, bend);
        page.Append(CultureInfo.InvariantCulture, $"<path d=\"M{start.X:F1} {start.Y:F1}Q{bend.X:F1} {bend.Y:F1} {end.X:F1} {end.Y:F1}\" marker-end=\"url(#tip)\"/>");
        page.Append(CultureInfo.InvariantCulture, $"<text class=\"step\" x=\"{(start.X + end.X + (2 * bend.X)) / 4:F1}\" y=\"{(start.Y + end.Y + (2 * bend.Y)) / 4:F1}\">{Text(name)}</text>");
    }

    /// <summary>A step from a state to itself: a loop on its side away from the diagram's centre.</summary>
    private static void AppendLoop(StringBuilder page, (double X, double Y) place, (double X, double Y) centre, string name)
    {
        double distance = Math.Sqrt(Math.Pow(place.X - centre.X, 2) + Math.Pow(place.Y - centre.Y, 2));
        (double X, double Y) away = ((place.X - centre.X) / distance, (place.Y - centre.Y) / distance);
        (double X, double Y) tip = (place.X + (70 * away.X), place.Y + (70 * away.Y));
        (double X, double Y) first = (tip.X + (45 * away.Y), tip.Y - (45 * away.X));
        (double X, double Y) second = (tip.X - (45 * away.Y), tip.Y + (45 * away.X));
        (double X, double Y) start = AtEdge(place, first);
        (double X, double Y) end = AtEdge(place, second);
        page.Append(CultureInfo.InvariantCulture, $"<path d=\"M{start.X:F1} {start.Y:F1}C{first.X:F1} {first.Y:F1} {second.X:F1} {second.Y:F1} {end.X:F1} {end.Y:F1}\" marker-end=\"url(#tip)\"/>");
        page.Append(CultureInfo.InvariantCulture, $"<text class=\"step\" x=\"{place.X + (62 * away.X):F1}\" y=\"{place.Y + (62 * away.Y) + 4:F1}\">{Text(name)}</text>");
    }

    /// <summary>Where the way from a state's middle towards a point leaves its box.</summary>
    private static (double X, double Y) AtEdge((double X, double Y) middle, (double X, double Y) towards)
    {
        double x = towards.X - middle.X;
        double y = towards.Y - middle.Y;
        double share = 1 / Math.Max(Math.Abs(x) / (StateWidth / 2.0), Math.Abs(y) / (StateHeight / 2.0));
        return (middle.X + (x * share), middle.Y + (y * share));
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
