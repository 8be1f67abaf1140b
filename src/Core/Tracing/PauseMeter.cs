using System.Diagnostics;

namespace FastCore.Tracing;

/// <summary>
/// Puts the pauses of the garbage collector, and hiccups of the whole process, into the trace: a thread that wakes every
/// millisecond, and looks how late it is and for how long collections have stopped it.
/// </summary>
/// <remarks>
/// The lengths of pauses are the runtime's own; when they took place is known to about a millisecond, and pauses that lie closer
/// together are told as one. Records only while the <see cref="Tracer"/> is on. Dispose of it from any thread.
/// </remarks>
public sealed class PauseMeter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    /// <summary>What is less late is the timer's own doing.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromMilliseconds(2);

    private readonly ManualResetEvent _stop = new(initialState: false);

    private readonly Thread _thread;

    private readonly long _subject = Tracer.NewSubject();

    private int _isDisposed;

    /// <summary>Starts to watch.</summary>
    public PauseMeter()
    {
        _thread = new Thread(Watch) { IsBackground = true, Name = "GC pauses and hiccups" };
        _thread.UnsafeStart();
    }

    /// <summary>Ends its thread.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private static long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private void Watch()
    {
        long last = Stopwatch.GetTimestamp();
        int collections = GC.CollectionCount(0);
        TimeSpan paused = GC.GetTotalPauseDuration();
        while (!_stop.WaitOne(Interval))
        {
            long now = Stopwatch.GetTimestamp();
            int newCollections = GC.CollectionCount(0) - collections;
            TimeSpan newPaused = GC.GetTotalPauseDuration() - paused;
            collections += newCollections;
            paused += newPaused;
            long pauseStart = newCollections == 0 ? now : Math.Max(last, now - ToTicks(newPaused));
            if (Tracer.IsOn) Tell(last + ToTicks(Interval), pauseStart, now, newCollections);
            last = now;
        }
    }

    private void Tell(long due, long pauseStart, long now, int collections)
    {
        if (pauseStart - due > ToTicks(Tolerated))
        {
            Tracer.RecordAt(due, PauseTable.Stall, _subject);
            Tracer.RecordAt(pauseStart, PauseTable.Recover, _subject);
        }

        if (collections == 0) return;
        long argument = PauseTable.OfPause(GC.GetGCMemoryInfo(GCKind.Any).Generation, collections);
        Tracer.RecordAt(pauseStart, PauseTable.Pause, _subject, argument);
        Tracer.RecordAt(now, PauseTable.Resume, _subject, argument);
    }
}
