namespace FastCore.Memory;

/// <summary>How a <see cref="NativeHeap"/> is set up.</summary>
public sealed class NativeHeapOptions
{
    /// <summary>The heap's name in the metrics. The default is <c>heap</c>.</summary>
    public string Name { get; init; } = "heap";

    /// <summary>
    /// How many bytes of address space the heap may have, in steps of 4 MiB; beyond that an allocation throws
    /// <see cref="OutOfMemoryException"/>. The default is what the system gives.
    /// </summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>
    /// Whether the collector is told of the heap's memory in use (<see cref="GC.AddMemoryPressure"/>), so that it collects
    /// earlier. For programs whose small objects hold large native memory and are freed by finalizers.
    /// </summary>
    public bool AddMemoryPressure { get; init; }

    /// <summary>
    /// Whether the heap checks itself: guard bytes around each block, fresh and freed blocks filled with patterns, freed blocks
    /// held back to find writes after the free, frees that come twice, and the place of each allocation for
    /// <see cref="NativeHeap.FindLeaks"/>. Costs microseconds for each block.
    /// </summary>
    public bool Debug { get; init; }

    /// <summary>
    /// How many bytes of freed blocks a heap that debugs holds back before they are used again. The default is 16 MiB.
    /// </summary>
    public long Quarantine { get; init; } = 16 << 20;

    internal void Verify()
    {
        ArgumentNullException.ThrowIfNull(Name);
        ArgumentOutOfRangeException.ThrowIfNegative(Limit);
        ArgumentOutOfRangeException.ThrowIfNegative(Quarantine);
    }
}
