using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastCore.Tracing;

/// <summary>Records what the engines do, while it is on. Every member may be called from any thread.</summary>
/// <remarks>
/// Each thread writes to a ring of its own that overwrites the oldest events; nothing is shared, nothing waits, and nothing is
/// allocated but a thread's ring, at its first event. The class has no static constructor, so that asking whether it is on
/// is one read of memory.
/// </remarks>
public static class Tracer
{
    private static volatile bool _isOn;

    private static volatile TraceSession? _session;

    private static long _subjects;

    [ThreadStatic] private static TraceTrack? _track;

    /// <summary>Whether events are recorded. Ask before the arguments of an event are computed.</summary>
    public static bool IsOn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _isOn;
    }

    /// <summary>Whether it is recorded where work is spawned.</summary>
    internal static bool RecordsSpawnPlaces { get; private set; }

    /// <summary>Starts to record, from nothing. What was recorded before is forgotten.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The ring's size is not from 1 to 16,777,215 events.</exception>
    public static void Start(TracerOptions? options = null) => StartSession(options);

    /// <inheritdoc cref="Start"/>
    /// <returns>What it records into.</returns>
    internal static TraceSession StartSession(TracerOptions? options)
    {
        int capacity = (options ?? new TracerOptions()).EventsPerThread;
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, (1 << 24) - 1);
        RecordsSpawnPlaces = options?.SpawnPlaces ?? false;
        TraceClock.Use(options?.TimeStampCounter ?? true);
        var session = new TraceSession(capacity);
        _session = session;
        _isOn = true;
        return session;
    }

    /// <summary>Stops to record. What was recorded can still be had by <see cref="Snapshot"/>.</summary>
    public static void Stop() => _isOn = false;

    /// <summary>Stops to record, unless it was started anew since.</summary>
    internal static void StopSession(TraceSession session)
    {
        if (_session == session) Stop();
    }

    /// <summary>Copies what is recorded, while recording goes on.</summary>
    /// <returns>Empty when tracing was never started.</returns>
    public static TraceSnapshot Snapshot() =>
        _session is { } session ? session.Copy() : new TraceSnapshot(Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp(), []);

    /// <summary>A number for something whose life is traced: no other's in this process, above 0.</summary>
    public static long NewSubject() => Interlocked.Increment(ref _subjects);

    /// <summary>Records that a transition took place now, on this thread. Does nothing while tracing is off.</summary>
    /// <param name="transition">Which.</param>
    /// <param name="subject">Whose life it belongs to.</param>
    /// <param name="argument">What the transition says it is.</param>
    public static void Record(Transition transition, long subject, long argument = 0)
    {
        if (_isOn) RecordAt(TraceClock.Now, transition, subject, argument);
    }

    /// <summary>
    /// Records that a transition took place now, once or several times, with the time that has passed as its argument; all for
    /// one reading of the clocks, which is most of what an event costs. Does nothing while tracing is off.
    /// </summary>
    /// <param name="transition">Which.</param>
    /// <param name="subject">Whose life it belongs to.</param>
    /// <param name="start">Since when, from <see cref="Stopwatch.GetTimestamp"/>; 0 when that is not known, and then the argument is 0 too.</param>
    /// <param name="times">How often.</param>
    public static void RecordSince(Transition transition, long subject, long start, int times = 1)
    {
        if (!_isOn) return;
        long passed = start == 0 ? 0 : Stopwatch.GetTimestamp() - start;
        // Of the clock that this thread's other events are stamped by, so that they keep their order.
        long now = TraceClock.Now;
        for (int i = 0; i < times; i++) RecordAt(now, transition, subject, passed);
    }

    /// <summary>Records that a transition took place on this thread a while ago: not before what it has recorded already.</summary>
    /// <param name="timestamp">When, in ticks of <see cref="Stopwatch"/> or as a stamp of <see cref="TraceClock"/>.</param>
    /// <param name="transition">Which.</param>
    /// <param name="subject">Whose life it belongs to.</param>
    /// <param name="argument">What the transition says it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void RecordAt(long timestamp, Transition transition, long subject, long argument = 0)
    {
        TraceTrack? track = _track;
        if (track is null || track.Session != _session) track = Enlist();
        track.Ring.Write(new TraceEvent(timestamp, subject, argument, transition.Id));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TraceTrack Enlist() => _track = _session!.Enlist();
}
