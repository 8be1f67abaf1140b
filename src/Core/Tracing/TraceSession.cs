using FastCore.Atomics;

namespace FastCore.Tracing;

/// <summary>What was recorded from one start of the tracer to the next: the tracks of the threads.</summary>
internal sealed class TraceSession(int capacity)
{
    /// <summary>The tracks of more threads that have ended are forgotten, the oldest first: threads may come and go for ever.</summary>
    internal const int MostEndedThreads = 64;

    private readonly Lock _lock = new();

    private readonly List<TraceTrack> _tracks = [];

    private readonly TraceClock _start = TraceClock.Read();

    /// <summary>Makes the calling thread's track.</summary>
    internal TraceTrack Enlist()
    {
        var track = new TraceTrack(this, Thread.CurrentThread, new TraceRing<HardwareAtomics>(capacity));
        lock (_lock)
        {
            ForgetEnded();
            _tracks.Add(track);
        }

        return track;
    }

    internal TraceSnapshot Copy()
    {
        TraceTrack[] tracks;
        lock (_lock) tracks = [.. _tracks];
        TraceClock end = TraceClock.Read();
        return new TraceSnapshot(_start.Ticks, end.Ticks, [.. tracks.Select(track => track.Copy(_start, end))]) { Names = TraceNames.Copy() };
    }

    private void ForgetEnded()
    {
        int tooMany = _tracks.Count(static track => track.HasEnded) - MostEndedThreads;
        for (int i = 0; tooMany > 0; i++)
        {
            if (!_tracks[i].HasEnded) continue;
            _tracks.RemoveAt(i--);
            tooMany--;
        }
    }
}
