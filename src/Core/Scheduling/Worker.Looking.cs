using System.Diagnostics;

namespace FastCore.Scheduling;

/// <content>What a live view sees. Written by the monitor, so it costs the worker nothing.</content>
internal sealed partial class Worker
{
    /// <summary>The turn that the monitor found last. Written after the time, and taken away before it is.</summary>
    private long _seenTurn = -1;

    /// <summary>When the monitor found it first.</summary>
    private long _seenSince;

    internal string ThreadName => $"{Scheduler.Name} worker {Index}";

    /// <summary>The monitor has found a turn that it had not seen.</summary>
    internal void NoteSeen(long turn, long since)
    {
        Volatile.Write(ref _seenTurn, -1);
        Volatile.Write(ref _seenSince, since);
        Volatile.Write(ref _seenTurn, turn);
    }

    /// <summary>For at least how long the present turn has run.</summary>
    internal TimeSpan RunningFor(long now)
    {
        long seen = Volatile.Read(ref _seenTurn);
        long since = Volatile.Read(ref _seenSince);
        return seen == Turn && seen == Volatile.Read(ref _seenTurn) && now > since ? Stopwatch.GetElapsedTime(since, now) : TimeSpan.Zero;
    }
}
