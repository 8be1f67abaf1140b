namespace FastCore.Tracing.Analysis;

internal enum SpanKind
{
    Task,

    /// <summary>Inside a task.</summary>
    Blocked,
    Searching,
    Parked,
    Pause,
    Hiccup,
}

/// <summary>What a thread did for a while.</summary>
/// <param name="Kind">What.</param>
/// <param name="Track">The index of the thread.</param>
/// <param name="Start">From when.</param>
/// <param name="End">Until when; the end of the trace for what goes on.</param>
/// <param name="Task">Which, of a task and of a blocking call.</param>
internal sealed record TraceSpan(SpanKind Kind, int Track, long Start, long End, TraceTask? Task)
{
    internal string Name => Kind switch
    {
        SpanKind.Task => Task!.Name,
        SpanKind.Blocked => "blocked",
        SpanKind.Searching => "searching",
        SpanKind.Parked => "asleep",
        SpanKind.Pause => "GC pause",
        _ => "hiccup",
    };
}

/// <summary>How many items waited.</summary>
/// <param name="Time">When.</param>
/// <param name="Track">The index of the worker's thread; -1: the global queue.</param>
/// <param name="Length">How many.</param>
internal readonly record struct QueueLength(long Time, int Track, int Length);

/// <summary>A steal.</summary>
/// <param name="Time">When.</param>
/// <param name="Track">The index of the thief's thread.</param>
/// <param name="Victim">The number of the worker that was stolen from.</param>
/// <param name="Taken">How many items.</param>
internal readonly record struct TraceSteal(long Time, int Track, int Victim, int Taken);
