using FastCore.Tracing;

namespace FastCore.Perf.Tracing;

/// <summary>Events of our tracer; on, the trace must end with the last of them, and off, have none.</summary>
internal sealed class EventRun(bool isOn) : LoopRun
{
    private static readonly Transition Go = new("here", "go", "here");

    private static readonly TransitionTable Table = new("traveller", "Somebody in a bench.", "here", Go);

    protected override void Loop(long operations)
    {
        if (isOn) Tracer.Start();
        else Tracer.Stop();
        long subject = Tracer.NewSubject();
        for (long i = 0; i < operations; i++) Tracer.Record(Go, subject, i);
        Tracer.Stop();
        IEnumerable<TraceEvent> events = Tracer.Snapshot().Events.Where(one => one.Subject == subject && one.TransitionId == Table.Transitions[0].Id);
        long last = events.Select(static one => one.Argument).DefaultIfEmpty(-1).Max();
        if (last != (isOn ? operations - 1 : -1)) throw new InvalidDataException($"The trace ends with event {last}.");
    }
}
