using System.Diagnostics;

namespace FastCore.Tracing;

/// <summary>
/// Measures the pauses of the garbage collector, and hiccups of the whole process: a thread that wakes every millisecond, and
/// looks how late it is and for how long collections have stopped it.
/// </summary>
/// <remarks>
/// <para>
/// What it sees goes into <see cref="Read"/>, into the instruments of <see cref="PauseMetrics"/>, and, while the
/// <see cref="Tracer"/> is on, into the trace. The lengths of pauses are the runtime's own; when they took place is known to
/// about a millisecond, and pauses that lie closer together are told as one.
/// </para>
/// <para>
/// <b>Threads.</b> Every member may be called from any thread. The meter's own costs a few microseconds each millisecond.
/// </para>
/// </remarks>
public sealed class PauseMeter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    /// <summary>What is less late is the timer's own doing.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromMilliseconds(2);

    private readonly ManualResetEvent _stop = new(initialState: false);

    private readonly Thread _thread;

    private readonly long _subject = Tracer.NewSubject();

    private readonly PauseMetrics _metrics;

    private readonly Lock _gate = new();

    /// <summary>Guarded by the gate, as <see cref="_hiccups"/> and <see cref="_began"/> are.</summary>
    private readonly PauseHistogram _pauses = new();

    private readonly PauseHistogram _hiccups = new();

    private Stretch _began = Stretch.Now();

    private int _isDisposed;

    /// <summary>Starts to watch.</summary>
    /// <param name="metrics">The instruments that are told; those of the process when null.</param>
    public PauseMeter(PauseMetrics? metrics = null)
    {
        _metrics = metrics ?? PauseMetrics.Default;
        // What happens until the thread runs is the meter's to see, too.
        Stretch began = _began;
        _thread = new Thread(() => Watch(began.Collections, began.Paused)) { IsBackground = true, Name = "GC pauses and hiccups" };
        _thread.UnsafeStart();
    }

    /// <summary>What was seen since the meter's start or the last <see cref="Restart"/>.</summary>
    public PauseReading Read()
    {
        lock (_gate) return ReadSince(_began);
    }

    /// <summary>Returns what <see cref="Read"/> would, and begins anew.</summary>
    public PauseReading Restart()
    {
        lock (_gate)
        {
            PauseReading reading = ReadSince(_began);
            _pauses.Clear();
            _hiccups.Clear();
            _began = Stretch.Now();
            return reading;
        }
    }

    /// <summary>Ends its thread; what it has seen can still be read.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private static long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <param name="collections">How many there had been when the meter began.</param>
    /// <param name="paused">For how long they had stopped the process by then.</param>
    private void Watch(int collections, TimeSpan paused)
    {
        long last = Stopwatch.GetTimestamp();
        while (!_stop.WaitOne(Interval))
        {
            long now = Stopwatch.GetTimestamp();
            int newCollections = GC.CollectionCount(0) - collections;
            TimeSpan newPaused = GC.GetTotalPauseDuration() - paused;
            collections += newCollections;
            paused += newPaused;
            long pauseStart = Math.Max(last, now - ToTicks(newPaused));
            long due = last + ToTicks(Interval);
            if (pauseStart - due > ToTicks(Tolerated)) OnHiccup(due, pauseStart);
            if (newPaused > TimeSpan.Zero) OnPause(newPaused, pauseStart, now, newCollections);
            last = now;
        }
    }

    private void OnHiccup(long due, long end)
    {
        TimeSpan length = Stopwatch.GetElapsedTime(due, end);
        lock (_gate) _hiccups.Add(length);
        _metrics.OnHiccup(length);
        if (!Tracer.IsOn) return;
        Tracer.RecordAt(due, PauseTable.Stall, _subject);
        Tracer.RecordAt(end, PauseTable.Recover, _subject);
    }

    /// <summary>A background collection pauses twice and is counted once, so a pause may come without a count.</summary>
    private void OnPause(TimeSpan length, long start, long now, int collections)
    {
        lock (_gate) _pauses.Add(length);
        int generation = GC.GetGCMemoryInfo(GCKind.Any).Generation;
        _metrics.OnPause(length, generation);
        if (!Tracer.IsOn) return;
        long argument = PauseTable.OfPause(generation, collections);
        Tracer.RecordAt(start, PauseTable.Pause, _subject, argument);
        Tracer.RecordAt(now, PauseTable.Resume, _subject, argument);
    }

    private PauseReading ReadSince(in Stretch began)
    {
        Stretch now = Stretch.Now();
        return new PauseReading(
            Stopwatch.GetElapsedTime(began.Timestamp, now.Timestamp),
            now.Generation0 - began.Generation0,
            now.Generation1 - began.Generation1,
            now.Generation2 - began.Generation2,
            now.Paused - began.Paused,
            _pauses.Read(),
            _hiccups.Read());
    }

    /// <summary>What the runtime had counted at a moment. A collection of an older generation counts as one of the younger ones, too.</summary>
    private readonly record struct Stretch(long Timestamp, int Generation0, int Generation1, int Generation2, TimeSpan Paused)
    {
        internal int Collections => Generation0 + Generation1 + Generation2;

        internal static Stretch Now()
        {
            int second = GC.CollectionCount(2);
            int first = GC.CollectionCount(1);
            return new Stretch(Stopwatch.GetTimestamp(), GC.CollectionCount(0) - first, first - second, second, GC.GetTotalPauseDuration());
        }
    }
}
