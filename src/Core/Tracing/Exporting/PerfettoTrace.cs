using System.Globalization;
using System.Text.Json;
using FastCore.Channels.Waiting;
using FastCore.Scheduling;
using FastCore.Tracing.Analysis;

namespace FastCore.Tracing.Exporting;

/// <summary>
/// Writes a trace in the Chrome trace event format, which ui.perfetto.dev opens: a track for each thread, with a slice for each
/// task that it ran, for its searches, sleeps and pauses, and an instant for every other step; a counter for each queue; and
/// arrows from a spawn or a wake-up to the run that it led to, and from one step of a subject to its next on another thread.
/// </summary>
/// <remarks>
/// Google, "Trace Event Format"; times are microseconds since the recording started. An arrow needs a slice at both ends: a step
/// at its end is written as one of a nanosecond.
/// </remarks>
public static class PerfettoTrace
{
    private const double Nanosecond = 1e-3;

    /// <summary>Writes the trace as UTF-8. Events of transitions that this process does not know are left out.</summary>
    public static void Write(TraceSnapshot snapshot, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(stream);
        var model = new TraceModel(snapshot);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartArray("traceEvents");
        for (int track = 0; track < snapshot.Threads.Count; track++) WriteName(json, track, snapshot.Threads[track].Name);
        foreach (TraceSpan span in model.Spans) WriteSpan(json, span, snapshot);
        foreach (QueueLength queue in model.Queues) WriteQueue(json, queue, snapshot);
        WriteSteps(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSteps(Utf8JsonWriter json, TraceModel model)
    {
        (TraceStep From, TraceStep To)[] arrows = [.. Arrows(model.Steps)];
        HashSet<TraceStep> ends = new(arrows.SelectMany(static arrow => (TraceStep[])[arrow.From, arrow.To]), ReferenceEqualityComparer.Instance);
        foreach (TraceStep step in model.Steps)
        {
            if (!IsSpan(step)) WriteStep(json, step, ends.Contains(step), model);
        }

        foreach ((int number, (TraceStep from, TraceStep to)) in arrows.Index())
        {
            WriteArrow(json, "s", from, number + 1, model.Snapshot);
            WriteArrow(json, "f", to, number + 1, model.Snapshot);
        }
    }

    /// <summary>Whether a step is the edge of a span, and told as such.</summary>
    private static bool IsSpan(TraceStep step) =>
        step.Transition.Table == SchedulerTables.Worker || step.Transition.Table == PauseTable.Table
        || (step.Transition.Table == SchedulerTables.Task && (step.Transition.From == SchedulerTables.End.From || step.Transition.To == SchedulerTables.End.From));

    private static IEnumerable<(TraceStep From, TraceStep To)> Arrows(IReadOnlyList<TraceStep> steps)
    {
        var last = new Dictionary<(long, TransitionTable), TraceStep>();
        foreach (TraceStep step in steps)
        {
            (long, TransitionTable) life = (step.Subject, step.Transition.Table);
            if (last.TryGetValue(life, out TraceStep? before) && (before.Track != step.Track || step.Transition == SchedulerTables.Run)) yield return (before, step);
            last[life] = step;
        }
    }

    private static void WriteName(Utf8JsonWriter json, int track, string name)
    {
        Begin(json, "M", track, "thread_name");
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSpan(Utf8JsonWriter json, TraceSpan span, TraceSnapshot snapshot)
    {
        Begin(json, "X", span.Track, span.Name);
        json.WriteString("cat", span.Kind.ToString());
        json.WriteNumber("ts", Microseconds(span.Start - snapshot.Start));
        json.WriteNumber("dur", Microseconds(span.End - span.Start));
        json.WriteStartObject("args");
        if (span.Task is { } task)
        {
            json.WriteString("subject", task.Subject.ToString(CultureInfo.InvariantCulture));
            json.WriteString("origin", task.Origin);
            json.WriteNumber("queued_us", Microseconds(task.Run - task.Queued));
            if (task.SpawnPlace.Length != 0) json.WriteString("spawned_by", task.SpawnPlace);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteQueue(Utf8JsonWriter json, QueueLength queue, TraceSnapshot snapshot)
    {
        Begin(json, "C", Math.Max(queue.Track, 0), queue.Track < 0 ? "global queue" : $"queue of {snapshot.Threads[queue.Track].Name}");
        json.WriteNumber("ts", Microseconds(queue.Time - snapshot.Start));
        json.WriteStartObject("args");
        json.WriteNumber("items", queue.Length);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteStep(Utf8JsonWriter json, TraceStep step, bool endsArrow, TraceModel model)
    {
        Begin(json, endsArrow ? "X" : "i", step.Track, step.Transition.Name);
        json.WriteString("cat", step.Transition.Table.Name);
        json.WriteNumber("ts", Microseconds(step.Time - model.Snapshot.Start));
        if (endsArrow) json.WriteNumber("dur", Nanosecond);
        else json.WriteString("s", "t");
        json.WriteStartObject("args");
        if (step.Transition == WaiterTable.Announce && model.TargetOf(step) is { IsKnown: true } target) json.WriteString("on", target.ToString());
        json.WriteString("from", step.Transition.From);
        json.WriteString("to", step.Transition.To);
        json.WriteString("subject", step.Subject.ToString(CultureInfo.InvariantCulture));
        json.WriteString("argument", step.Event.Argument.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteArrow(Utf8JsonWriter json, string phase, TraceStep step, int number, TraceSnapshot snapshot)
    {
        Begin(json, phase, step.Track, "leads to");
        json.WriteString("cat", "flow");
        json.WriteNumber("id", number);
        json.WriteNumber("ts", Microseconds(step.Time - snapshot.Start));
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

    private static double Microseconds(long ticks) => TraceStep.Nanoseconds(ticks) / 1e3;
}
