using FastCore.Tracing.Analysis;
using static FastCore.Tracing.Analysis.TraceText;

namespace FastCore.Tracing.Exporting;

/// <summary>Writes what a trace comes to as text: latencies, threads, tasks by method, the longest waits, pauses.</summary>
public static class TraceReport
{
    private const int MostGroups = 30;

    /// <summary>Writes the report, of lines for people.</summary>
    public static void Write(TraceSnapshot snapshot, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(writer);
        var model = new TraceModel(snapshot);
        var summary = new TraceSummary(model);
        writer.WriteLine(Of($"{Time(summary.Length)} of trace, {model.Steps.Count} events of {snapshot.Threads.Count} threads{(summary.Overwritten == 0 ? string.Empty : $"; {summary.Overwritten} earlier ones were overwritten")}"));
        WriteLatencies(summary, writer);
        WriteThreads(summary, writer);
        WriteTasks(summary, writer);
        WriteWaits(summary, writer);
        if (summary.LongRuns > 0) writer.WriteLine(Of($"\nLong runs reported: {summary.LongRuns}"));
        WritePauses("GC pauses", summary.Pauses, writer);
        WritePauses("Hiccups", summary.Hiccups, writer);
    }

    private static void WriteLatencies(TraceSummary summary, TextWriter writer)
    {
        if (summary.Scheduling.Count == 0) return;
        writer.WriteLine("\nFrom queued to run       count        p50        p90        p99      p99.9        max");
        WriteLatency("all", summary.Scheduling, writer);
        foreach ((string origin, LatencyHistogram latency) in summary.Origins) WriteLatency(origin, latency, writer);
    }

    private static void WriteLatency(string name, LatencyHistogram latency, TextWriter writer) => writer.WriteLine(Of(
        $"  {name,-18}{latency.Count,10}{Time(latency.Percentile(50)),11}{Time(latency.Percentile(90)),11}{Time(latency.Percentile(99)),11}{Time(latency.Percentile(99.9)),11}{Time(latency.Most),11}"));

    private static void WriteThreads(TraceSummary summary, TextWriter writer)
    {
        if (summary.Workers.Count == 0) return;
        writer.WriteLine("\nThreads                            turns    running  searching     asleep    blocked   steals   stolen");
        foreach (ThreadUse use in summary.Workers)
            writer.WriteLine(Of($"  {use.Name,-28}{use.Turns,10}{Time(use.Running),11}{Time(use.Searching),11}{Time(use.Parked),11}{Time(use.Blocked),11}{use.Steals,9}{use.Stolen,9}"));
    }

    private static void WriteTasks(TraceSummary summary, TextWriter writer)
    {
        if (summary.Groups.Count == 0) return;
        writer.WriteLine("\nTasks, those that ran for longest first");
        writer.WriteLine("       turns      total        p50        max  queued p99  what");
        foreach (TaskGroup group in summary.Groups.Take(MostGroups))
        {
            string states = string.Join(", ", group.States.Where(static one => one.State != "ended").Select(static one => $"{one.Count} {one.State}"));
            if (group.Waiting > 0) states = $"{states}{(states.Length == 0 ? string.Empty : ", ")}{group.Waiting} waiting";
            string place = group.SpawnPlace.Length == 0 ? string.Empty : $", spawned by {group.SpawnPlace}";
            writer.WriteLine(Of($"  {group.Count,10}{Time(group.Ran),11}{Time(group.Running.Percentile(50)),11}{Time(group.Running.Most),11}{Time(group.Scheduling.Percentile(99)),12}  {group.Name}{place}{(states.Length == 0 ? string.Empty : $" ({states})")}"));
        }

        if (summary.Groups.Count > MostGroups) writer.WriteLine(Of($"  and {summary.Groups.Count - MostGroups} more"));
    }

    private static void WriteWaits(TraceSummary summary, TextWriter writer)
    {
        if (summary.LongestWaits.Count == 0) return;
        writer.WriteLine("\nThe longest waits");
        foreach (TraceWait wait in summary.LongestWaits)
        {
            string ended = wait.End == 0 ? "still waits" : $"{wait.Outcome}{(wait.Waker is { } waker ? $" by {waker.Name}" : string.Empty)}";
            writer.WriteLine(Of($"  {Time(summary.Waited(wait)),10}  {wait.Task?.Name ?? "a thread outside"}{(!wait.On.IsKnown ? string.Empty : $", on {wait.On}")}: {ended}"));
        }
    }

    private static void WritePauses(string name, LatencyHistogram pauses, TextWriter writer)
    {
        if (pauses.Count > 0) writer.WriteLine(Of($"\n{name}: {pauses.Count}, p50 {Time(pauses.Percentile(50))}, p99 {Time(pauses.Percentile(99))}, max {Time(pauses.Most)}"));
    }
}
