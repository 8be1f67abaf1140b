using FastCore.Scheduling;

namespace FastCore.Tracing.Analysis;

/// <summary>What a trace comes to: the figures that the report prints and the page shows.</summary>
internal sealed class TraceSummary
{
    internal const int MostWaits = 20;

    private readonly TraceModel _model;

    internal TraceSummary(TraceModel model)
    {
        _model = model;
        TraceTask[] started = [.. model.Tasks.Where(static task => task.Run != 0)];
        Scheduling = new LatencyHistogram(started.Select(Queued));
        Origins = [.. started.GroupBy(static task => task.Origin).Select(static group => (group.Key, new LatencyHistogram(group.Select(Queued))))];
        Groups = [.. model.Tasks.GroupBy(static task => (task.Name, task.SpawnPlace)).Select(group => new TaskGroup(group.Key.Name, group.Key.SpawnPlace, [.. group], model)).OrderByDescending(static group => group.Ran)];
        LongestWaits = [.. model.Waits.OrderByDescending(wait => Waited(wait)).Take(MostWaits)];
        Workers = [.. model.Snapshot.Threads.Select((thread, track) => new ThreadUse(thread.Name, track, model)).Where(static use => use.Total > 0)];
        Pauses = new LatencyHistogram(model.Spans.Where(static span => span.Kind == SpanKind.Pause).Select(static span => TraceStep.Nanoseconds(span.End - span.Start)));
        Hiccups = new LatencyHistogram(model.Spans.Where(static span => span.Kind == SpanKind.Hiccup).Select(static span => TraceStep.Nanoseconds(span.End - span.Start)));
    }

    /// <summary>From queued to run.</summary>
    internal LatencyHistogram Scheduling { get; }

    /// <summary>The same by how an item came to be queued.</summary>
    internal IReadOnlyList<(string Origin, LatencyHistogram Latency)> Origins { get; }

    /// <summary>By method and spawn place, those that ran for longest first.</summary>
    internal IReadOnlyList<TaskGroup> Groups { get; }

    /// <summary>At most <see cref="MostWaits"/>, the longest first.</summary>
    internal IReadOnlyList<TraceWait> LongestWaits { get; }

    /// <summary>The threads that ran tasks, searched, slept or paused.</summary>
    internal IReadOnlyList<ThreadUse> Workers { get; }

    internal LatencyHistogram Pauses { get; }

    internal LatencyHistogram Hiccups { get; }

    internal double Length => TraceStep.Nanoseconds(_model.Snapshot.End - _model.Snapshot.Start);

    internal long Overwritten => _model.Snapshot.Threads.Sum(static thread => thread.Overwritten);

    internal int LongRuns => _model.Steps.Count(static step => step.Transition == SchedulerTables.ReportRun);

    internal double Waited(TraceWait wait) => TraceStep.Nanoseconds((wait.End == 0 ? _model.Snapshot.End : wait.End) - wait.Start);

    private static double Queued(TraceTask task) => TraceStep.Nanoseconds(task.Run - task.Queued);
}

/// <summary>The tasks of a method, spawned at one place.</summary>
internal sealed class TaskGroup
{
    internal TaskGroup(string name, string spawnPlace, IReadOnlyList<TraceTask> tasks, TraceModel model)
    {
        Name = name;
        SpawnPlace = spawnPlace;
        Count = tasks.Count;
        States = [.. tasks.CountBy(static task => task.State).Select(static one => (one.Key, one.Value)).OrderByDescending(static one => one.Value)];
        Waiting = model.Waits.Count(wait => wait.End == 0 && wait.Task is { } task && task.Name == name && task.SpawnPlace == spawnPlace);
        Scheduling = new LatencyHistogram(tasks.Where(static task => task.Run != 0).Select(static task => TraceStep.Nanoseconds(task.Run - task.Queued)));
        Running = new LatencyHistogram(tasks.Where(static task => task.Run != 0).Select(task => TraceStep.Nanoseconds((task.End == 0 ? model.Snapshot.End : task.End) - task.Run - task.Blocked)));
        Ran = tasks.Where(static task => task.Run != 0).Sum(task => TraceStep.Nanoseconds((task.End == 0 ? model.Snapshot.End : task.End) - task.Run - task.Blocked));
    }

    internal string Name { get; }

    internal string SpawnPlace { get; }

    internal int Count { get; }

    /// <summary>How many stand where at the end of the trace, the most first.</summary>
    internal IReadOnlyList<(string State, int Count)> States { get; }

    /// <summary>How many of those that have ended their turn wait on a channel.</summary>
    internal int Waiting { get; }

    internal LatencyHistogram Scheduling { get; }

    internal LatencyHistogram Running { get; }

    /// <summary>Nanoseconds, all turns together, blocking calls not counted.</summary>
    internal double Ran { get; }
}

/// <summary>What a thread did with its time, in nanoseconds.</summary>
internal sealed class ThreadUse
{
    internal ThreadUse(string name, int track, TraceModel model)
    {
        Name = name;
        Track = track;
        Steals = model.Steals.Count(steal => steal.Track == track);
        Stolen = model.Steals.Where(steal => steal.Track == track).Sum(static steal => steal.Taken);
        long outerEnd = 0;
        foreach (TraceSpan span in model.Spans.Where(span => span.Track == track))
        {
            double length = TraceStep.Nanoseconds(span.End - span.Start);
            if (span.Kind == SpanKind.Searching) Searching += length;
            else if (span.Kind == SpanKind.Parked) Parked += length;
            else if (span.Kind == SpanKind.Blocked) Blocked += length;
            else if (span.Kind == SpanKind.Task) Turns++;
            if (span.Kind != SpanKind.Task || span.Start < outerEnd) continue;
            Running += length;
            outerEnd = span.End;
        }
    }

    internal string Name { get; }

    internal int Track { get; }

    internal int Turns { get; }

    internal double Running { get; }

    internal double Searching { get; }

    internal double Parked { get; }

    internal double Blocked { get; }

    internal int Steals { get; }

    internal int Stolen { get; }

    internal double Total => Running + Searching + Parked;
}
