// One pass over the steps in the order of their time. What runs on a thread is a stack, for a task that joins runs others
// inside itself; so whatever a thread tells belongs to the top of its stack, and nobody has to tell it.
//
// A trace may begin in the middle: what ends without having begun is left out. Whatever goes on at its end lasts until then.

using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;
using FastCore.Scheduling;

namespace FastCore.Tracing.Analysis;

/// <summary>What a trace means: tasks, what threads did when, waits, queues and steals.</summary>
internal sealed class TraceModel
{
    private readonly Dictionary<long, TraceTask> _taskOf = [];

    private readonly Dictionary<long, TraceWait> _waitOf = [];

    private readonly Stack<(TraceTask Task, long Since)>[] _running;

    /// <summary>What each thread does beside tasks, and since when.</summary>
    private readonly (SpanKind Kind, long Since)?[] _doing;

    private readonly List<TraceTask> _tasks = [];

    private readonly List<TraceSpan> _spans = [];

    private readonly List<TraceWait> _waits = [];

    private readonly List<QueueLength> _queues = [];

    private readonly List<TraceSteal> _steals = [];

    internal TraceModel(TraceSnapshot snapshot)
    {
        Snapshot = snapshot;
        Steps = [.. TraceStep.Of(snapshot)];
        _running = [.. snapshot.Threads.Select(static _ => new Stack<(TraceTask, long)>())];
        _doing = new (SpanKind, long)?[snapshot.Threads.Count];
        foreach (TraceStep step in Steps) Read(step);
        for (int track = 0; track < _running.Length; track++)
        {
            while (_running[track].TryPop(out (TraceTask Task, long Since) open))
            {
                if (open.Task.State == SchedulerTables.Block.To) _spans.Add(new TraceSpan(SpanKind.Blocked, track, open.Task.BlockedSince, snapshot.End, open.Task));
                _spans.Add(new TraceSpan(SpanKind.Task, track, open.Since, snapshot.End, open.Task));
            }

            EndDoing(track, snapshot.End);
        }

        _spans.Sort(static (left, right) => (left.Track, left.Start, -left.End).CompareTo((right.Track, right.Start, -right.End)));
    }

    internal TraceSnapshot Snapshot { get; }

    /// <summary>In the order of their time.</summary>
    internal IReadOnlyList<TraceStep> Steps { get; }

    /// <summary>In the order in which they were queued.</summary>
    internal IReadOnlyList<TraceTask> Tasks => _tasks;

    /// <summary>By thread, then by start, the outer before the inner; those of a thread lie inside or beside each other.</summary>
    internal IReadOnlyList<TraceSpan> Spans => _spans;

    /// <summary>Those that stayed.</summary>
    internal IReadOnlyList<TraceWait> Waits => _waits;

    internal IReadOnlyList<QueueLength> Queues => _queues;

    internal IReadOnlyList<TraceSteal> Steals => _steals;

    /// <summary>What a wait that begins is for; not known of a select.</summary>
    internal TraceTarget TargetOf(TraceStep step)
    {
        if (step.Transition != WaiterTable.Announce) return default;
        (int name, long channel) = WaiterArguments.ReadChannel(step.Event.Argument);
        (string kind, string place) = TextsOf(name);
        return new TraceTarget(channel, kind, place);
    }

    private void Read(TraceStep step)
    {
        TransitionTable table = step.Transition.Table;
        if (table == SchedulerTables.Task) ReadTask(step);
        else if (table == SchedulerTables.Worker) ReadWorker(step);
        else if (table == WaiterTable.Table || table == SelectTable.Table) ReadWait(step);
        else if (table == PauseTable.Table) ReadPause(step);
        else if (step.Transition == SchedulerTables.StealHalf || step.Transition == SchedulerTables.StealSlot) ReadSteal(step);
        else if (table == SchedulerTables.GlobalQueue) _queues.Add(new QueueLength(step.Time, -1, (int)step.Event.Argument));
    }

    private void ReadTask(TraceStep step)
    {
        if (step.Transition.From == SchedulerTables.Task.Initial)
        {
            Queue(step);
            return;
        }

        if (!_taskOf.TryGetValue(step.Subject, out TraceTask? task)) return;
        task.State = step.Transition.To;
        if (step.Transition == SchedulerTables.Run) Run(task, step);
        else if (step.Transition == SchedulerTables.Block) task.BlockedSince = step.Time;
        else if (step.Transition == SchedulerTables.Unblock) Unblock(task, step);
        else End(task, step);
    }

    private void Queue(TraceStep step)
    {
        (int name, long waiter) = TaskArguments.ReadOrigin(step.Event.Argument);
        (string called, string place) = TextsOf(name);
        var task = new TraceTask
        {
            Subject = step.Subject,
            Name = called.Length == 0 ? "task" : called,
            SpawnPlace = place,
            Origin = step.Transition.Name,
            Cause = Present(step.Track),
            Wait = waiter != 0 ? _waitOf.GetValueOrDefault(waiter) : null,
            Queued = step.Time,
            QueuedTrack = step.Track,
        };
        _taskOf[step.Subject] = task;
        _tasks.Add(task);
    }

    private void Run(TraceTask task, TraceStep step)
    {
        task.Run = step.Time;
        task.RunTrack = step.Track;
        _running[step.Track].Push((task, step.Time));
        (int own, int shared) = TaskArguments.ReadRun(step.Event.Argument);
        _queues.Add(new QueueLength(step.Time, step.Track, own));
        _queues.Add(new QueueLength(step.Time, -1, shared));
    }

    private void Unblock(TraceTask task, TraceStep step)
    {
        if (task.BlockedSince == 0) return;
        task.Blocked += step.Time - task.BlockedSince;
        _spans.Add(new TraceSpan(SpanKind.Blocked, step.Track, task.BlockedSince, step.Time, task));
    }

    private void End(TraceTask task, TraceStep step)
    {
        task.End = step.Time;
        if (task.Run == 0 || !_running[step.Track].TryPeek(out (TraceTask Task, long Since) top) || top.Task != task) return;
        _running[step.Track].Pop();
        _spans.Add(new TraceSpan(SpanKind.Task, step.Track, top.Since, step.Time, task));
    }

    private void ReadWorker(TraceStep step)
    {
        EndDoing(step.Track, step.Time);
        if (step.Transition.To == SchedulerTables.Find.From) _doing[step.Track] = (SpanKind.Searching, step.Time);
        else if (step.Transition.To is "parked" or "in reserve") _doing[step.Track] = (SpanKind.Parked, step.Time);
    }

    private void EndDoing(int track, long time)
    {
        if (_doing[track] is { } doing) _spans.Add(new TraceSpan(doing.Kind, track, doing.Since, time, null));
        _doing[track] = null;
    }

    private void ReadPause(TraceStep step)
    {
        EndDoing(step.Track, step.Time);
        if (step.Transition == PauseTable.Pause) _doing[step.Track] = (SpanKind.Pause, step.Time);
        else if (step.Transition == PauseTable.Stall) _doing[step.Track] = (SpanKind.Hiccup, step.Time);
    }

    /// <remarks>A waiter's number is another's at the next wait, and so is a select's: what begins takes the place of what was.</remarks>
    private void ReadWait(TraceStep step)
    {
        Transition how = step.Transition;
        if (how == WaiterTable.Announce || how == SelectTable.Open)
        {
            var begun = new TraceWait { Subject = step.Subject, On = TargetOf(step), Task = Present(step.Track), Start = step.Time };
            _waitOf[step.Subject] = begun;
            if (how == SelectTable.Open) _waits.Add(begun);
        }
        else if (_waitOf.TryGetValue(step.Subject, out TraceWait? wait) && wait.End == 0)
        {
            if (how == WaiterTable.Park) _waits.Add(wait);
            else if (how.To == SelectTable.Decide.To || how.To == WaiterTable.Table.Initial) EndWait(wait, step);
        }
    }

    private void EndWait(TraceWait wait, TraceStep step)
    {
        wait.End = step.Time;
        wait.Outcome = step.Transition.Name;
        wait.Waker = Present(step.Track);
    }

    private void ReadSteal(TraceStep step)
    {
        (int victim, int taken) = TaskArguments.ReadSteal(step.Event.Argument);
        _steals.Add(new TraceSteal(step.Time, step.Track, victim, taken));
    }

    /// <summary>What a name's number stands for, and the place that was recorded with it; each empty where there is none.</summary>
    private (string Name, string Place) TextsOf(int name)
    {
        string[] texts = (name < Snapshot.Names.Count ? Snapshot.Names[name] : string.Empty).Split('\n', 2);
        return (texts[0], texts.Length > 1 ? texts[1] : string.Empty);
    }

    private TraceTask? Present(int track) => _running[track].TryPeek(out (TraceTask Task, long Since) top) ? top.Task : null;
}
