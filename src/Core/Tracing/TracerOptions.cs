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
}
