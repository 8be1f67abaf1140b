using System.Text;

namespace FastCore.Tracing.Exporting;

/// <summary>
/// Writes a trace as one page that needs nothing but itself: a timeline to zoom and pan, histograms of latencies, tables of
/// tasks, waits, threads and steals, and the lengths of queues; light or dark as the reader's system is.
/// </summary>
/// <remarks>What is looked at stands in the page's address, so that a place in a trace can be passed on as a link.</remarks>
public static class TracePage
{
    /// <summary>The parts of the script, in their order: later ones use what earlier ones declare.</summary>
    private static readonly string[] Scripts = ["text.js", "timeline.js", "queues.js", "main.js"];

    /// <summary>Writes the page, as HTML in UTF-8.</summary>
    /// <param name="snapshot">The trace.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="title">Its heading.</param>
    public static void Write(TraceSnapshot snapshot, Stream stream, string title)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(title);
        string script = "\"use strict\";\nconst trace = JSON.parse(document.getElementById(\"data\").textContent);\n" + string.Concat(Scripts.Select(Resource));
        string template = Resource("page.html").Replace("{{style}}", Resource("page.css"), StringComparison.Ordinal).Replace("{{script}}", script, StringComparison.Ordinal);
        string[] halves = template.Split("{{data}}");
        stream.Write(Encoding.UTF8.GetBytes(halves[0]));
        new TracePageData(snapshot, title).Write(stream);
        stream.Write(Encoding.UTF8.GetBytes(halves[1]));
    }

    private static string Resource(string name)
    {
        using Stream found = typeof(TracePage).Assembly.GetManifestResourceStream($"FastCore.TracePage.{name}") ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
        using var reader = new StreamReader(found, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
