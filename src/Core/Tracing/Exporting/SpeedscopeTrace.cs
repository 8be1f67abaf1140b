using System.Text.Json;
using FastCore.Tracing.Analysis;

namespace FastCore.Tracing.Exporting;

/// <summary>
/// Writes a trace in the file format of speedscope: a profile for each thread, of what it ran and when.
/// </summary>
/// <remarks>https://www.speedscope.app/file-format-schema.json, evented profiles; times are nanoseconds since the recording started.</remarks>
public static class SpeedscopeTrace
{
    /// <summary>Writes the trace as UTF-8.</summary>
    /// <param name="snapshot">The trace.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="name">What the file calls itself.</param>
    public static void Write(TraceSnapshot snapshot, Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        var model = new TraceModel(snapshot);
        Dictionary<string, int> frames = model.Spans.Select(static span => span.Name).Distinct().Index().ToDictionary(static one => one.Item, static one => one.Index);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
        json.WriteString("exporter", "fastcore");
        json.WriteString("name", name);
        json.WriteStartObject("shared");
        json.WriteStartArray("frames");
        foreach (string frame in frames.Keys)
        {
            json.WriteStartObject();
            json.WriteString("name", frame);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("profiles");
        foreach (IGrouping<int, TraceSpan> track in model.Spans.GroupBy(static span => span.Track)) WriteProfile(json, snapshot, track, frames);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteProfile(Utf8JsonWriter json, TraceSnapshot snapshot, IGrouping<int, TraceSpan> track, Dictionary<string, int> frames)
    {
        json.WriteStartObject();
        json.WriteString("type", "evented");
        json.WriteString("name", snapshot.Threads[track.Key].Name);
        json.WriteString("unit", "nanoseconds");
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", At(snapshot.End));
        json.WriteStartArray("events");
        var open = new Stack<TraceSpan>();
        foreach (TraceSpan span in track)
        {
            while (open.TryPeek(out TraceSpan? outer) && outer.End <= span.Start) Write("C", open.Pop(), outer.End);
            Write("O", span, span.Start);
            open.Push(span);
        }

        while (open.TryPop(out TraceSpan? last)) Write("C", last, last.End);
        json.WriteEndArray();
        json.WriteEndObject();

        void Write(string type, TraceSpan span, long time)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteNumber("frame", frames[span.Name]);
            json.WriteNumber("at", At(time));
            json.WriteEndObject();
        }

        double At(long time) => TraceStep.Nanoseconds(time - snapshot.Start);
    }
}
