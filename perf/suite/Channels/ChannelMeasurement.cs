namespace FastCore.Perf.Channels;

/// <summary>What a case measured of a subject: the medians of its rounds.</summary>
/// <param name="Case">The case's name, such as <c>channels/bounded-1to1/c1024</c>.</param>
/// <param name="Subject"><c>fastcore</c> or <c>stock</c>.</param>
/// <param name="Rounds">How many rounds ran.</param>
/// <param name="OperationsPerSecond">Items passed from a writer to a reader (in the storm: reads that ended, either way).</param>
/// <param name="CpuNanosecondsPerOperation">Processor time of the whole process, of all threads.</param>
/// <param name="AllocatedBytesPerOperation">Managed memory.</param>
/// <param name="ContextSwitchesPerOperation">Voluntary and not, of all threads.</param>
/// <param name="Faults">What the storm found; null in the cases that throw when a result is wrong.</param>
public sealed record ChannelMeasurement(
    string Case,
    string Subject,
    int Rounds,
    double OperationsPerSecond,
    double CpuNanosecondsPerOperation,
    double AllocatedBytesPerOperation,
    double ContextSwitchesPerOperation,
    ChannelFaults? Faults);

/// <summary>Broken promises, summed over all rounds.</summary>
/// <param name="Lost">Items written and never read.</param>
/// <param name="Doubled">Items read more than once.</param>
/// <param name="Hung">Readers or writers that never came back.</param>
/// <param name="Cancelled">How many reads and writes were cancelled: the chances there were.</param>
public sealed record ChannelFaults(long Lost, long Doubled, long Hung, long Cancelled);

/// <summary>How far a run is, for a live view.</summary>
/// <param name="Case">The case that runs.</param>
/// <param name="Subject">Whose round has just ended.</param>
/// <param name="Step">How many rounds of all cases and subjects have ended.</param>
/// <param name="Steps">How many there will be.</param>
/// <param name="OperationsPerSecond">Of the round that has just ended.</param>
public readonly record struct ChannelProgress(string Case, string Subject, int Step, int Steps, double OperationsPerSecond);
