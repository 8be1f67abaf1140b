using System.Diagnostics;
using FastCore.Tracing;
using FastCore.Tracing.Analysis;

namespace FastCore.Diagnostics;

/// <summary>What the tasks of all schedulers do, while the <see cref="Tracer"/> is on: what it records is all that is known of single tasks.</summary>
public static class LiveTasks
{
    /// <summary>Reads the trace. Costs nothing to those that are traced; the caller, some milliseconds where threads are busy.</summary>
    /// <returns>By method and place, the busiest first; empty while tracing is off.</returns>
    public static IReadOnlyList<TaskLook> Take() => Tracer.IsOn ? Summarise(Tracer.Snapshot()) : [];

    internal static IReadOnlyList<TaskLook> Summarise(TraceSnapshot snapshot) =>
    [
        .. new TraceModel(snapshot).Tasks
            .GroupBy(static task => (task.Name, task.SpawnPlace))
            .Select(tasks => Summarise(tasks.Key.Name, tasks.Key.SpawnPlace, tasks, snapshot.End))
            .OrderByDescending(static look => look.Busy),
    ];

    private static TaskLook Summarise(string name, string place, IEnumerable<TraceTask> tasks, long now)
    {
        long busy = 0, queued = 0, blocked = 0, longest = 0;
        int polls = 0, running = 0, waiting = 0;
        foreach (TraceTask task in tasks)
        {
            bool hasRun = task.Run != 0;
            bool hasEnded = task.End != 0;
            long ran = hasRun ? (hasEnded ? task.End : now) - task.Run : 0;
            if (hasRun) polls++;
            if (hasRun && !hasEnded) running++;
            if (!hasRun && !hasEnded) waiting++;
            busy += ran;
            longest = Math.Max(longest, ran);
            blocked += task.Blocked;
            if (task.Queued != 0) queued += (hasRun ? task.Run : hasEnded ? task.End : now) - task.Queued;
        }

        return new TaskLook(name, place, polls, Time(busy), Time(queued), Time(blocked), Time(longest), running, waiting);
    }

    private static TimeSpan Time(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}
