namespace FastCore.Tracing;

/// <summary>How <see cref="Tracer.Start"/> traces.</summary>
public sealed class TracerOptions
{
    /// <summary>How many of its last events each thread keeps, at 32 bytes each; rounded up to one less than a power of two.</summary>
    public int EventsPerThread { get; init; } = 16_383;

    /// <summary>
    /// Whether it is recorded where a scheduler's work is spawned. Costs some microseconds for each spawn: the stack is walked.
    /// </summary>
    public bool SpawnPlaces { get; init; }

    /// <summary>
    /// Whether events are stamped by the processor's time stamp counter where the kernel's clock relies on it too (x64, Linux), which
    /// leaves a third of their cost. Elsewhere, and if not, they are stamped by <see cref="System.Diagnostics.Stopwatch"/>. What is read of a trace is
    /// in its ticks either way. Turn it off where a machine moves to another host while it is traced.
    /// </summary>
    public bool TimeStampCounter { get; init; } = true;
}
