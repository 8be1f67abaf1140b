using System.Diagnostics;

namespace FastCore.Gateway.Limits;

/// <summary>So many requests a second, and so many at once after a pause: the generic cell rate algorithm (ITU-T I.371), in one word.</summary>
/// <remarks>
/// <b>Invariant.</b> <c>_due</c> is when the next request would be due if all came evenly: it never goes back, and each request that
/// was let through moved it on by one interval. A request is let through unless that would carry it further ahead of now
/// than the burst allows. <b>Linearisation:</b> the compare-and-swap that moves it. No order with other memory is promised.
/// </remarks>
internal sealed class RateLimit
{
    private readonly TimeProvider _time;
    private readonly long _interval;
    private readonly long _tolerance;
    private long _due;

    public RateLimit(double perSecond, int burst, TimeProvider time)
    {
        _time = time;
        _interval = Math.Max(1, (long)(time.TimestampFrequency / perSecond));
        // What no clock reaches is as good as without an end.
        _tolerance = (long)Math.Min((double)_interval * burst, long.MaxValue / 4);
        _due = time.GetTimestamp();
    }

    /// <summary>Lets a request through, or says how long it would have to wait.</summary>
    public bool TryEnter(out TimeSpan wait)
    {
        var now = _time.GetTimestamp();
        while (true)
        {
            var due = Volatile.Read(ref _due);
            var next = Math.Max(due, now) + _interval;
            if (next - now > _tolerance)
            {
                wait = Stopwatch.GetElapsedTime(0, (long)((next - now - _tolerance) * ((double)Stopwatch.Frequency / _time.TimestampFrequency)));
                return false;
            }
            if (Interlocked.CompareExchange(ref _due, next, due) != due) continue;
            wait = default;
            return true;
        }
    }
}
