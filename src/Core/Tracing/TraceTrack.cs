using FastCore.Atomics;

namespace FastCore.Tracing;

/// <summary>A thread's ring in a session.</summary>
internal sealed class TraceTrack(TraceSession session, Thread thread, TraceRing<HardwareAtomics> ring)
{
    internal TraceSession Session { get; } = session;

    internal TraceRing<HardwareAtomics> Ring { get; } = ring;

    internal bool HasEnded => !thread.IsAlive;

    /// <param name="start">When the session began.</param>
    /// <param name="end">Now.</param>
    internal TraceThread Copy(TraceClock start, TraceClock end)
    {
        TraceEvent[] events = Ring.Copy(out long overwritten);
        foreach (ref TraceEvent one in events.AsSpan()) one = one with { Timestamp = TraceClock.ToStopwatch(one.Timestamp, start, end) };
        return new TraceThread(thread.ManagedThreadId, thread.Name ?? $"thread {thread.ManagedThreadId}", events, overwritten);
    }
}
