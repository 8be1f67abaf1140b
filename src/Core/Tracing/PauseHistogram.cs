using System.Numerics;

namespace FastCore.Tracing;

/// <summary>
/// Lengths of pauses in a fixed amount of memory: each power of two of ticks (100 ns) is divided into 32 equal buckets, as in
/// HdrHistogram (Gil Tene), so a percentile is known to 3 %. One thread at a time.
/// </summary>
internal sealed class PauseHistogram
{
    private const int DivisionBits = 5;

    private const int Divisions = 1 << DivisionBits;

    /// <summary>The longest that is told apart is 2⁴⁰ ticks, a day and more.</summary>
    private const int Powers = 40;

    private readonly int[] _buckets = new int[(Powers - DivisionBits + 1) * Divisions];

    private long _count;

    private long _total;

    private long _longest;

    internal void Add(TimeSpan length)
    {
        long ticks = Math.Clamp(length.Ticks, 0, (1L << Powers) - 1);
        _buckets[BucketOf(ticks)]++;
        _count++;
        _total += ticks;
        _longest = Math.Max(_longest, ticks);
    }

    internal void Clear()
    {
        Array.Clear(_buckets);
        _count = _total = _longest = 0;
    }

    internal PauseLengths Read() =>
        new(_count, TimeSpan.FromTicks(_total), Percentile(50), Percentile(99), TimeSpan.FromTicks(_longest));

    /// <summary>By nearest rank; the upper end of the bucket, which the longest may lie below.</summary>
    internal TimeSpan Percentile(double percent)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(percent / 100 * _count));
        long seen = 0;
        for (int bucket = 0; bucket < _buckets.Length; bucket++)
        {
            seen += _buckets[bucket];
            if (seen >= rank) return TimeSpan.FromTicks(Math.Min(EndOf(bucket), _longest));
        }

        return TimeSpan.Zero;
    }

    /// <summary>Below 32 ticks each has its own; above, the leading bit chooses the row and the five bits behind it the place.</summary>
    private static int BucketOf(long ticks)
    {
        if (ticks < Divisions) return (int)ticks;
        int shift = BitOperations.Log2((ulong)ticks) - DivisionBits;
        return ((shift + 1) * Divisions) + (int)(ticks >> shift) - Divisions;
    }

    private static long EndOf(int bucket)
    {
        if (bucket < Divisions) return bucket;
        int shift = (bucket / Divisions) - 1;
        return (((long)(bucket % Divisions) + Divisions + 1) << shift) - 1;
    }
}
