using System.Numerics;

namespace FastCore.Tracing.Analysis;

/// <summary>Spans of time: their percentiles, and how many fall into each power of two nanoseconds.</summary>
internal sealed class LatencyHistogram
{
    private readonly double[] _sorted;

    /// <param name="nanoseconds">In any order.</param>
    internal LatencyHistogram(IEnumerable<double> nanoseconds)
    {
        _sorted = [.. nanoseconds.Order()];
        Buckets = [.. _sorted.CountBy(static one => BitOperations.Log2((ulong)Math.Max(1, one))).Select(static one => (Floor: 1L << one.Key, Count: one.Value))];
    }

    internal int Count => _sorted.Length;

    /// <summary>The lower bounds of the buckets that hold any, in nanoseconds, rising.</summary>
    internal IReadOnlyList<(long Floor, int Count)> Buckets { get; }

    internal double Most => _sorted.Length == 0 ? 0 : _sorted[^1];

    /// <summary>The nearest-rank percentile, in nanoseconds; 0 of nothing.</summary>
    internal double Percentile(double percent) => _sorted.Length == 0 ? 0 : _sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * _sorted.Length) - 1, 0, _sorted.Length - 1)];
}
