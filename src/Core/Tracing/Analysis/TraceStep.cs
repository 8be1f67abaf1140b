using System.Diagnostics;

namespace FastCore.Tracing.Analysis;

/// <summary>An event with what it names.</summary>
/// <param name="Event">The event.</param>
/// <param name="Track">The index of its thread in the snapshot.</param>
/// <param name="Transition">What took place.</param>
internal sealed record TraceStep(TraceEvent Event, int Track, Transition Transition)
{
    internal long Time => Event.Timestamp;

    internal long Subject => Event.Subject;

    /// <summary>The steps of a snapshot in the order of their time. Those of transitions that this process does not know are left out.</summary>
    internal static IEnumerable<TraceStep> Of(TraceSnapshot snapshot) => snapshot.Threads
        .SelectMany(static (thread, track) => thread.Events.Select(one => (Event: one, Track: track)))
        .OrderBy(static one => one.Event.Timestamp)
        .Select(static one => TransitionTable.TryFind(one.Event.TransitionId, out Transition? step) ? new TraceStep(one.Event, one.Track, step) : null)
        .OfType<TraceStep>();

    /// <summary>A span of the clock in nanoseconds.</summary>
    internal static double Nanoseconds(long ticks) => ticks * 1e9 / Stopwatch.Frequency;
}
