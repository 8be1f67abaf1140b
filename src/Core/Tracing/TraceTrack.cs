using FastCore.Atomics;

namespace FastCore.Tracing;

/// <summary>A thread's ring in a session.</summary>
internal sealed class TraceTrack(TraceSession session, Thread thread, TraceRing<HardwareAtomics> ring)
{
    internal TraceSession Session { get; } = session;

    internal TraceRing<HardwareAtomics> Ring { get; } = ring;

    internal bool HasEnded => !thread.IsAlive;

    internal TraceThread Copy()
    {
        TraceEvent[] events = Ring.Copy(out long overwritten);
        return new TraceThread(thread.ManagedThreadId, thread.Name ?? $"thread {thread.ManagedThreadId}", events, overwritten);
    }
}
