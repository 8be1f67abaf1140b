namespace FastCore.Tracing;

/// <summary>A copy of what the tracer has recorded. Immutable.</summary>
/// <param name="Start">When recording started, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="End">When the copy was made.</param>
/// <param name="Threads">The threads that recorded anything.</param>
public sealed record TraceSnapshot(long Start, long End, IReadOnlyList<TraceThread> Threads)
{
    /// <summary>The texts that arguments of events refer to by their index.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>All events in the order of their time; those of one thread and one time in the order they were recorded.</summary>
    public IReadOnlyList<TraceEvent> Events => [.. Threads.SelectMany(static thread => thread.Events).OrderBy(static one => one.Timestamp)];

    /// <summary>The same from when on nothing is missing: without what came before the first event that each ring still had.</summary>
    public TraceSnapshot WithoutGaps() => Since(Threads.Where(static thread => thread.Overwritten > 0 && thread.Events.Count > 0).Select(static thread => thread.Events[0].Timestamp).DefaultIfEmpty(Start).Max());

    /// <summary>The same without what happened before <paramref name="timestamp"/>.</summary>
    public TraceSnapshot Since(long timestamp) => this with
    {
        Start = Math.Max(Start, timestamp),
        Threads = [.. Threads.Select(thread => thread with { Events = [.. thread.Events.Where(one => one.Timestamp >= timestamp)] }).Where(static thread => thread.Events.Count != 0)],
    };
}

/// <summary>What one thread has recorded.</summary>
/// <param name="Id">Its managed number. A later thread may have it again, in a track of its own.</param>
/// <param name="Name">Its name, or one made of its number.</param>
/// <param name="Events">Its last events, the oldest first.</param>
/// <param name="Overwritten">How many came before those and are gone.</param>
public sealed record TraceThread(int Id, string Name, IReadOnlyList<TraceEvent> Events, long Overwritten);
