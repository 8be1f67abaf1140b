using System.Diagnostics;

namespace FastCore.Net.Http.Server;

/// <summary>How many connections a server accepts in a time. Shared by its reactors; thread-safe, without a lock.</summary>
/// <remarks>
/// The generic cell rate algorithm (ITU-T I.371): one moment is kept, that at which the bucket will be full again, and each connection
/// moves it on by its share of time. A connection is too many if that is further away than the bucket is deep. The moment moves
/// by a compare-and-swap, which is the only write, so it needs no order with anything else.
/// </remarks>
/// <param name="perSecond">On average.</param>
/// <param name="burst">At once.</param>
internal sealed class AcceptRate(double perSecond, int burst)
{
    private readonly double _share = Stopwatch.Frequency / perSecond;
    private long _fullAt = long.MinValue;

    /// <summary>Whether a connection may come now.</summary>
    public bool TryTake() => TryTake(Stopwatch.GetTimestamp());

    /// <summary>The same at a time that is given, in ticks of <see cref="Stopwatch"/>.</summary>
    internal bool TryTake(long now)
    {
        while (true)
        {
            var fullAt = Volatile.Read(ref _fullAt);
            var from = Math.Max(fullAt, now);
            if (from - now > _share * (burst - 1)) return false;
            if (Interlocked.CompareExchange(ref _fullAt, from + Math.Max(1, (long)_share), fullAt) == fullAt) return true;
        }
    }
}
