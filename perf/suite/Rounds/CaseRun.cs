using FastCore.Perf.Load;
using FastCore.Perf.Results;

namespace FastCore.Perf.Rounds;

/// <summary>A case with a contender in it. A round does its work once, checks its own result, and throws when it is wrong.</summary>
internal abstract class CaseRun : IDisposable
{
    /// <returns>What the round did.</returns>
    /// <exception cref="InvalidDataException">The result is wrong, or somebody hung. No further round may follow.</exception>
    internal abstract RoundResult Run(long operations);

    public abstract void Dispose();
}

/// <summary>What a round did.</summary>
internal sealed record RoundResult(long Operations, TimeSpan Elapsed, ProcessCost Cost)
{
    /// <summary>How long each of its operations waited to start; null where that is not recorded.</summary>
    internal LatencyRecorder? Waits { get; init; }

    /// <summary>What only this case counts.</summary>
    internal IReadOnlyList<(Metric Metric, double Value)> Counts { get; init; } = [];
}
