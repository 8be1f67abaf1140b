using System.Numerics;
using FastCore.Net.Http.Observing;

namespace FastCore.Cli.Serving;

/// <summary>
/// Counts answers by their status, and their durations. Each reactor counts in memory of its own, so that none waits for another's
/// cache line; whoever wants to know adds up.
/// </summary>
internal sealed class RequestMeter : IHttpObserver, IDisposable
{
    // Made by the reactor that writes it: nobody else does, so that a plain addition is enough, and a reader sees it a moment late at worst.
    private readonly ThreadLocal<Cell> _cells = new(static () => new Cell(Thread.CurrentThread.Name ?? ""), trackAllValues: true);

    public bool IsEnabled => true;

    public void OnRequest(scoped in HttpRequestRecord request) => _cells.Value!.Add(request.Status, request.Duration);

    /// <summary>What has been counted up to now: by the reactor of a name, or in all.</summary>
    public RequestCounts Read(string? reactor = null)
    {
        var sum = new RequestCounts();
        foreach (var cell in _cells.Values)
        {
            if (reactor == null || cell.Reactor == reactor) cell.AddTo(sum);
        }
        return sum;
    }

    public void Dispose() => _cells.Dispose();

    private sealed class Cell(string reactor)
    {
        private readonly RequestCounts _counts = new();

        public string Reactor { get; } = reactor;

        public void Add(int status, TimeSpan duration)
        {
            Count(ref _counts.ByClass[Math.Clamp(status / 100, 0, RequestCounts.Classes - 1)]);
            Count(ref _counts.ByDuration[RequestCounts.BucketOf(duration)]);
        }

        public void AddTo(RequestCounts sum)
        {
            for (var i = 0; i < sum.ByClass.Length; i++) sum.ByClass[i] += Volatile.Read(ref _counts.ByClass[i]);
            for (var i = 0; i < sum.ByDuration.Length; i++) sum.ByDuration[i] += Volatile.Read(ref _counts.ByDuration[i]);
        }

        private static void Count(ref long counter) => Volatile.Write(ref counter, counter + 1);
    }
}

/// <summary>How many answers there were, by the hundreds of their status and by how long they took.</summary>
/// <remarks>Durations are counted as HdrHistogram does (Gil Tene): each power of two of 100 ns in 16 equal buckets, so a percentile is known to 7 %.</remarks>
internal sealed class RequestCounts
{
    public const int Classes = 6;

    private const int DivisionBits = 4;
    private const int Divisions = 1 << DivisionBits;

    // Up to 2⁴⁰ times 100 ns, a day and more.
    private const int Powers = 40;

    /// <summary>By the status's first digit; what nobody was there to hear is in the first.</summary>
    public long[] ByClass { get; } = new long[Classes];

    public long[] ByDuration { get; } = new long[(Powers - DivisionBits + 1) * Divisions];

    public long All => ByClass.Sum();

    public static int BucketOf(TimeSpan duration)
    {
        var ticks = Math.Clamp(duration.Ticks, 0, (1L << Powers) - 1);
        var power = ticks < Divisions ? 0 : BitOperations.Log2((ulong)ticks) - DivisionBits;
        return power * Divisions + (int)(ticks >> power);
    }

    /// <summary>What was counted since an earlier look.</summary>
    public RequestCounts Since(RequestCounts before)
    {
        var difference = new RequestCounts();
        for (var i = 0; i < Classes; i++) difference.ByClass[i] = ByClass[i] - before.ByClass[i];
        for (var i = 0; i < ByDuration.Length; i++) difference.ByDuration[i] = ByDuration[i] - before.ByDuration[i];
        return difference;
    }

    /// <summary>The duration within which a share of the answers was given, by nearest rank; null of none.</summary>
    public TimeSpan? Percentile(double percent)
    {
        var count = ByDuration.Sum();
        if (count == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(percent / 100 * count));
        var bucket = 0;
        for (var seen = ByDuration[0]; seen < rank; seen += ByDuration[bucket]) bucket++;
        return TimeSpan.FromTicks(EndOf(bucket));
    }

    // The first power has twice as many: it begins at zero.
    private static long EndOf(int bucket)
    {
        var power = Math.Max(0, bucket / Divisions - 1);
        return ((long)(bucket - power * Divisions + 1) << power) - 1;
    }
}
