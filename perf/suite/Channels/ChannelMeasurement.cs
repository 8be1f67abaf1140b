namespace FastCore.Perf.Channels;

/// <summary>What a case measured of a subject: the medians of its rounds.</summary>
/// <param name="Case">The case's name, such as <c>channels/bounded-1024/4x1</c>.</param>
/// <param name="Subject"><c>fastcore</c> or <c>stock</c>.</param>
/// <param name="Wrong">Which promise a round broke; then there are no figures. Null if none did.</param>
public sealed record ChannelMeasurement(string Case, string Subject, string? Wrong = null)
{
    /// <summary>The time of a round by the items that passed in it.</summary>
    public double MeanNanoseconds { get; init; }

    /// <summary>Millions of items passed in a second.</summary>
    public double MillionsPerSecond { get; init; }

    /// <summary>Voluntary and not, of all threads, per thousand items.</summary>
    public double ContextSwitchesPerThousand { get; init; }

    /// <summary>Managed memory, of all threads, in the steady state.</summary>
    public double AllocatedBytesPerOperation { get; init; }

    /// <summary>Processor time of the whole process, of all threads.</summary>
    public double CpuNanosecondsPerOperation { get; init; }

    /// <summary>The share of the processors' time that other processes had.</summary>
    public double OthersShare { get; init; }

    /// <summary><see cref="MillionsPerSecond"/> of each round.</summary>
    public IReadOnlyList<double> Rounds { get; init; } = [];
}

/// <summary>How far a run is, for a live view.</summary>
/// <param name="Case">The case that runs.</param>
/// <param name="Subject">Whose round has just ended.</param>
/// <param name="MillionsPerSecond">Of that round; null when it was wrong.</param>
public readonly record struct ChannelProgress(string Case, string Subject, double? MillionsPerSecond);
