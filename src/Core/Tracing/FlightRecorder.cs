using System.Diagnostics;

namespace FastCore.Tracing;

/// <summary>Keeps the last seconds of the trace, and hands them out when asked, or when a latency passes a limit.</summary>
/// <remarks>
/// It needs no thread and no timer: the rings of the <see cref="Tracer"/> keep the events, as many as they have room for.
/// Every member may be called from any thread.
/// </remarks>
public sealed class FlightRecorder
{
    private readonly long _keptTicks;

    private readonly long _limitTicks;

    private readonly Action<TraceSnapshot> _tripped;

    /// <summary>Until when no further trip is told, in ticks.</summary>
    private long _quietUntil = long.MinValue;

    /// <param name="kept">How far back its snapshots go.</param>
    /// <param name="limit">The latency above which <paramref name="tripped"/> is called.</param>
    /// <param name="tripped">
    /// Gets what led to it, on the thread that reported the latency; at most once in each <paramref name="kept"/>, so that a
    /// slow spell is written down once.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A time is not above zero.</exception>
    public FlightRecorder(TimeSpan kept, TimeSpan limit, Action<TraceSnapshot> tripped)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(kept, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(tripped);
        _keptTicks = ToTicks(kept);
        _limitTicks = ToTicks(limit);
        _tripped = tripped;
    }

    /// <summary>The last seconds, now.</summary>
    public TraceSnapshot Take()
    {
        TraceSnapshot snapshot = Tracer.Snapshot();
        return snapshot.Since(snapshot.End - _keptTicks);
    }

    /// <summary>Tells how long something took. Costs a comparison when that is within the limit.</summary>
    /// <param name="start">When it started, from <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="end">When it ended.</param>
    /// <returns>Whether the recorder tripped: the limit was passed while tracing was on, and no trip of late was told.</returns>
    public bool Report(long start, long end)
    {
        if (end - start <= _limitTicks || !Tracer.IsOn) return false;
        long quietUntil = Volatile.Read(ref _quietUntil);
        if (end < quietUntil || Interlocked.CompareExchange(ref _quietUntil, end + _keptTicks, quietUntil) != quietUntil) return false;
        _tripped(Take());
        return true;
    }

    private static long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
