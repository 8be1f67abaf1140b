using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using FastCore.Tracing.Analysis;

namespace FastCore.Tracing.Exporting;

/// <summary>Writes transition tables as one page of SVG state diagrams, which needs nothing but itself.</summary>
public static class DiagramPage
{
    private const string Style =
        "body{font:15px system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222;background:#fff}" +
        "ul{columns:4;padding-left:1.2em}.later{color:#888}svg[role]{max-width:100%}" +
        "rect{fill:#eef3fb;stroke:#33527a}.first rect{stroke-width:3}path{fill:none;stroke:#889}text{text-anchor:middle;font-size:13px}" +
        ".step{font-size:11px;fill:#333;paint-order:stroke;stroke:#fff;stroke-width:4px}.never{opacity:.55;stroke-dasharray:5 4}";

    /// <summary>The page, as HTML.</summary>
    /// <param name="tables">What is drawn, in this order.</param>
    /// <param name="joinLater">The names of lives whose tables join with later systems; the page lists them, and draws nothing for them.</param>
    /// <param name="counts">If given, each step that was taken says how often, and after how long; what was never taken is broken.</param>
    public static string Write(IReadOnlyList<TransitionTable> tables, IReadOnlyList<string>? joinLater = null, TraceCounts? counts = null)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var page = new StringBuilder();
        page.Append($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>FastCore: state diagrams</title><style>{Style}</style></head><body>\n<h1>State diagrams</h1>\n<p>Drawn from the tables that the code steps through, and that the trace records. The initial state has the thick border.</p>\n");
        AppendList(page, "Live", tables.Select(static table => $"<li><a href=\"#{Text(Anchor(table))}\">{Text(table.Name)}</a></li>"));
        AppendList(page, "Join with later systems", (joinLater ?? []).Select(static name => $"<li class=\"later\">{Text(name)}</li>"));
        page.Append("<svg width=\"0\" height=\"0\"><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:#667\"/></marker></defs></svg>\n");
        foreach (TransitionTable table in tables) Append(page, table, counts);
        return page.Append("</body></html>\n").ToString();
    }

    private static void AppendList(StringBuilder page, string title, IEnumerable<string> items)
    {
        string[] all = [.. items];
        if (all.Length != 0) page.Append($"<h3>{title}: {all.Length}</h3>\n<ul>\n{string.Join('\n', all)}\n</ul>\n");
    }

    private static void Append(StringBuilder page, TransitionTable table, TraceCounts? counts)
    {
        var layout = new DiagramLayout(table, counts);
        page.Append($"<h2 id=\"{Text(Anchor(table))}\">{Text(table.Name)}</h2>\n<p>{Text(table.Summary)}</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {layout.Width:F0} {layout.Height:F0}\" width=\"{layout.Width:F0}\" role=\"img\" aria-label=\"{Text(table.Name)}\">\n");
        foreach (DiagramLayout.Arc arc in layout.Arcs)
            page.Append(CultureInfo.InvariantCulture, $"<path{(arc.IsNeverTaken ? " class=\"never\"" : "")} d=\"M{arc.Start.X:F1} {arc.Start.Y:F1}C{arc.FirstControl.X:F1} {arc.FirstControl.Y:F1} {arc.SecondControl.X:F1} {arc.SecondControl.Y:F1} {arc.End.X:F1} {arc.End.Y:F1}\" marker-end=\"url(#tip)\"/>\n");
        foreach (DiagramLayout.PlacedState state in layout.States) AppendState(page, layout, state);
        foreach (DiagramLayout.Arc arc in layout.Arcs)
            page.Append(CultureInfo.InvariantCulture, $"<text class=\"step\" x=\"{arc.LabelMiddle.X:F1}\" y=\"{arc.LabelMiddle.Y + 4:F1}\">{Text(arc.Label)}</text>\n");
        page.Append("</svg>\n");
    }

    private static void AppendState(StringBuilder page, DiagramLayout layout, DiagramLayout.PlacedState state)
    {
        double left = state.Middle.X - (layout.StateWidth / 2.0);
        double top = state.Middle.Y - (DiagramLayout.StateHeight / 2.0);
        page.Append(CultureInfo.InvariantCulture, $"<g class=\"{(state.IsInitial ? "state first" : "state")}\"><rect x=\"{left:F1}\" y=\"{top:F1}\" width=\"{layout.StateWidth}\" height=\"{DiagramLayout.StateHeight}\" rx=\"9\"/>");
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{state.Middle.X:F1}\" y=\"{state.Middle.Y + 5:F1}\">{Text(state.Name)}</text></g>\n");
    }

    private static string Anchor(TransitionTable table) => table.Name.Replace(' ', '-');

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
