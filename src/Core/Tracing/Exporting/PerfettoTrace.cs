using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastCore.Tracing.Exporting;

/// <summary>
/// Writes a trace in the Chrome trace event format, which ui.perfetto.dev opens: a track for each thread, an instant for each
/// event, and an arrow from one event of a subject to its next where that is on another thread.
/// </summary>
/// <remarks>Google, "Trace Event Format"; times are microseconds since the recording started.</remarks>
public static class PerfettoTrace
{
    /// <summary>Writes the trace as UTF-8. Events of transitions that this process does not know are left out.</summary>
    public static void Write(TraceSnapshot snapshot, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(stream);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartArray("traceEvents");
        for (int track = 0; track < snapshot.Threads.Count; track++) WriteName(json, track, snapshot.Threads[track].Name);
        WriteEvents(json, snapshot);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter json, TraceSnapshot snapshot)
    {
        var last = new Dictionary<long, TrackEvent>();
        int flows = 0;
        foreach (TrackEvent one in InOrder(snapshot))
        {
            double time = Microseconds(one.Event.Timestamp - snapshot.Start);
            WriteInstant(json, one, time);
            if (last.TryGetValue(one.Event.Subject, out TrackEvent? before) && before.Track != one.Track)
            {
                flows++;
                WriteFlow(json, "s", before, Microseconds(before.Event.Timestamp - snapshot.Start), flows);
                WriteFlow(json, "f", one, time, flows);
            }

            last[one.Event.Subject] = one;
        }
    }

    private static IEnumerable<TrackEvent> InOrder(TraceSnapshot snapshot) => snapshot.Threads
        .SelectMany(static (thread, track) => thread.Events.Select(one => (Event: one, Track: track)))
        .OrderBy(static one => one.Event.Timestamp)
        .Select(static one => TransitionTable.TryFind(one.Event.TransitionId, out Transition? step) ? new TrackEvent(one.Event, one.Track, step) : null)
        .OfType<TrackEvent>();

    private static void WriteName(Utf8JsonWriter json, int track, string name)
    {
        Begin(json, "M", track, "thread_name");
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInstant(Utf8JsonWriter json, TrackEvent one, double time)
    {
        Begin(json, "i", one.Track, one.Step.Name);
        json.WriteString("cat", one.Step.Table.Name);
        json.WriteString("s", "t");
        json.WriteNumber("ts", time);
        json.WriteStartObject("args");
        json.WriteString("from", one.Step.From);
        json.WriteString("to", one.Step.To);
        json.WriteString("subject", one.Event.Subject.ToString(CultureInfo.InvariantCulture));
        json.WriteString("argument", one.Event.Argument.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFlow(Utf8JsonWriter json, string phase, TrackEvent one, double time, int flow)
    {
        Begin(json, phase, one.Track, "wakes");
        json.WriteString("cat", "flow");
        json.WriteNumber("id", flow);
        json.WriteNumber("ts", time);
        if (phase == "f") json.WriteString("bp", "e");
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string phase, int track, string name)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteNumber("tid", track + 1);
        json.WriteString("name", name);
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private sealed record TrackEvent(TraceEvent Event, int Track, Transition Step);
}
