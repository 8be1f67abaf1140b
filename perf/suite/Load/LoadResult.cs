using FastCore.Perf.Processes;

namespace FastCore.Perf.Load;

/// <summary>What one measured stretch of load showed.</summary>
internal sealed record LoadResult
{
    /// <summary>Answers received and checked in the stretch.</summary>
    public required long Requests { get; init; }

    /// <summary>Its length.</summary>
    public required double Seconds { get; init; }

    /// <summary>What went wrong since the load began, by cause.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Latencies: response times, counted from when a request was due in an open loop.</summary>
    public required IPercentiles Latency { get; init; }

    /// <summary>In an open loop, latencies counted from the sending.</summary>
    public IPercentiles? ServiceTime { get; init; }

    /// <summary>What the server used in the stretch.</summary>
    public required ProcessSample Server { get; init; }

    /// <summary>The share of the stretch in which the load generator ran, from 0 to 1; in an open loop it always runs.</summary>
    public required double LoadBusy { get; init; }

    /// <summary>The share of the stretch in which others had the server's processor.</summary>
    public double ServerStarved { get; init; }

    /// <summary>The share of the stretch in which others had the load generator's processor.</summary>
    public double LoadStarved { get; init; }

    /// <summary>In an open loop, requests that were due and had not been sent at the end.</summary>
    public long Backlog { get; init; }

    /// <summary>In an open loop, the latest sending for which a connection was free, in microseconds.</summary>
    public double WorstDelayMicroseconds { get; init; }

    /// <summary>The share of the stretch in which the server ran, from 0 to 1 on one processor.</summary>
    public double ServerBusy => Server.CpuNanoseconds / 1e9 / Seconds;
}

/// <summary>Latencies that are read by percentile, in microseconds.</summary>
internal interface IPercentiles
{
    double At(double percentile);

    List<Results.LatencyPoint> Curve();
}
