namespace FastCore.Perf.Results;

/// <summary>One cell: what one subject reached in one case.</summary>
public sealed record CaseResult
{
    /// <summary>Area, case and parameters: <c>http/plaintext/c64/p16</c> is 64 connections at pipeline depth 16.</summary>
    public required string Name { get; init; }

    /// <summary>Who ran it; ours names its transport: <c>fastcore/io_uring</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The medians of the rounds, by the names of <see cref="Metric"/>; what was not measured is absent.</summary>
    public Dictionary<string, double> Metrics { get; init; } = [];

    /// <summary>The same metrics divided by those of the subject it is compared with; null for that one itself.</summary>
    public CaseRatio? Ratio { get; init; }

    /// <summary>Every round's figure, for metrics that are measured in rounds.</summary>
    public Dictionary<string, double[]>? Rounds { get; init; }

    /// <summary>The latency curve: microseconds at each percentile, over all rounds.</summary>
    public List<LatencyPoint>? Latency { get; init; }

    /// <summary>The same for the service time in an open loop: counted from the sending, not from when it was due.</summary>
    public List<LatencyPoint>? ServiceTime { get; init; }

    /// <summary>What a reader must know to take the figures rightly.</summary>
    public List<string>? Notes { get; init; }

    /// <summary>Why the figures must not be used; null if they may.</summary>
    public string? Refused { get; init; }
}

/// <summary>One point of a latency curve.</summary>
/// <param name="Percentile">From 0 to 100.</param>
/// <param name="Us">Microseconds that this share of the requests did not exceed.</param>
public readonly record struct LatencyPoint(double Percentile, double Us);
