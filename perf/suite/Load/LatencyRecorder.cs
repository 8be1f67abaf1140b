using System.Diagnostics;
using FastCore.Perf.Results;
using HdrHistogram;

namespace FastCore.Perf.Load;

/// <summary>Latencies in an HdrHistogram: nanoseconds to three digits, up to 100 s. One thread only.</summary>
/// <param name="finest">Differences of fewer nanoseconds need not be told apart.</param>
internal sealed class LatencyRecorder(long finest = 1_000) : IPercentiles
{
    /// <summary>Tells every nanosecond apart, for what takes hundreds of them.</summary>
    internal const long Finest = 1;

    private const long Highest = 100_000_000_000;
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly LongHistogram _histogram = new(finest, Highest, 3);

    public long Count => _histogram.TotalCount;

    /// <summary>Records <paramref name="count"/> requests that took <paramref name="ticks"/> of <see cref="Stopwatch"/> each.</summary>
    public void Record(long ticks, int count) =>
        _histogram.RecordValueWithCount(Math.Clamp((long)(ticks * NanosecondsPerTick), 1, Highest), count);

    public void Reset() => _histogram.Reset();

    public void Add(LatencyRecorder other) => _histogram.Add(other._histogram);

    public double At(double percentile) => Math.Round(_histogram.GetValueAtPercentile(percentile) / 1000.0, 2);

    /// <summary>The curve as charts draw it: denser towards the tail, and no further than there are requests to tell.</summary>
    public List<LatencyPoint> Curve()
    {
        var points = new List<LatencyPoint>();
        foreach (var nines in Enumerable.Range(0, 11).Select(step => step / 2.0))
        {
            var beyond = Math.Pow(10, -nines);
            if (beyond * Count < 1) break;
            var percentile = Math.Round(100 * (1 - beyond), 5);
            points.Add(new LatencyPoint(percentile, At(percentile)));
        }
        if (Count > 0) points.Insert(Math.Min(1, points.Count), new LatencyPoint(50, At(50)));
        points.Sort((left, right) => left.Percentile.CompareTo(right.Percentile));
        return points;
    }
}
