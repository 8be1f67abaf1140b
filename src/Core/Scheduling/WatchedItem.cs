// What stands in the queues for an item while it is watched: its life, and its stay in a next-slot. An item that is not
// watched stands there itself, so whoever does not ask pays for neither.
//
// Whoever has taken it from a queue has it alone, so its steps need no order of their own. A worker keeps those it has run,
// and uses them for what it spawns.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Continuations;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>An item on its way through the scheduler, with what the trace and the reports know of it.</summary>
internal sealed class WatchedItem : IWorkItem
{
    private Lifecycle _task;

    private Lifecycle _slot;

    private FlightRecorder? _recorder;

    /// <summary>When it was queued, if a recorder wants to know.</summary>
    private long _queued;

    /// <summary>The next of a worker's spare ones.</summary>
    internal WatchedItem? Next { get; set; }

    /// <summary>What runs. Cleared when it has.</summary>
    internal IWorkItem? Item { get; private set; }

    /// <summary>Where it was spawned, if that is recorded.</summary>
    internal string? SpawnPlace { get; private set; }

    public void Execute()
    {
        Worker worker = Worker.Current!;
        WatchedItem? outer = worker.Present;
        worker.Present = this;
        if (Lifecycle.IsWatched) _task.Step(SchedulerTables.Run, TaskArguments.OfRun(worker.Queued, worker.Scheduler.Global.Count));
        if (_recorder is { } recorder) recorder.Report(_queued, Stopwatch.GetTimestamp());
        bool hasEnded = false;
        try
        {
            Item!.Execute();
            hasEnded = true;
        }
        finally
        {
            worker.Present = outer;
            _task.Step(hasEnded ? SchedulerTables.End : SchedulerTables.Fail);
            Item = null;
            worker.Keep(this);
        }
    }

    public void Abandon()
    {
        _task.Step(SchedulerTables.Abandon);
        Item!.Abandon();
    }

    /// <summary>Whether what stands in a queue is this item.</summary>
    internal static bool IsFor(IWorkItem? queued, IWorkItem item) => queued is WatchedItem watched && watched.Item == item;

    /// <summary>Takes a step in or out of a next-slot. By whoever has the item, if steps are looked at.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void NoteSlot(IWorkItem item, Transition step)
    {
        if (item is not WatchedItem watched) return;
        if (step == SchedulerTables.PutNext) watched._slot.BeginAs(watched._task.Subject);
        watched._slot.Step(step);
    }

    /// <summary>The scheduler did not take it.</summary>
    internal static void NoteRefused(IWorkItem item) => (item as WatchedItem)?._task.Step(SchedulerTables.Refuse);

    internal void NoteBlocking(Transition step) => _task.Step(step);

    internal void Begin(IWorkItem item, TaskOrigin origin, bool recordsPlace, FlightRecorder? recorder)
    {
        Item = item;
        _recorder = recorder;
        _queued = recorder is null ? 0 : Stopwatch.GetTimestamp();
        SpawnPlace = !recordsPlace ? null
            : origin is TaskOrigin.Spawn or TaskOrigin.Fork or TaskOrigin.Pin ? WorkItemNames.CallingMethod()
            : origin == TaskOrigin.Yield ? Worker.Current?.Present?.SpawnPlace
            : (item as Awaitable)?.SpawnPlace;
        _task.Begin();
        int name = Tracer.IsOn ? WorkItemNames.InTrace(item, SpawnPlace) : 0;
        _task.Step(SchedulerTables.Origins[(int)origin], TaskArguments.OfOrigin(name, WorkItemNames.WaiterOf(item)));
    }
}
