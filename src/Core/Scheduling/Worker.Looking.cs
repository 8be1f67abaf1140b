using System.Diagnostics;
using FastCore.Diagnostics;

namespace FastCore.Scheduling;

/// <content>What a live view sees. Written by the monitor, so it costs the worker nothing.</content>
internal sealed partial class Worker
{
    /// <summary>The turn that the monitor found last. Written after the time, and taken away before it is.</summary>
    private long _seenTurn = -1;

    /// <summary>When the monitor found it first.</summary>
    private long _seenSince;

    /// <summary>Of its blocking calls.</summary>
    private WaitRecord? _blocking;

    /// <summary>The awaited operation that has run last, and who went on with it. Written in this order by the worker.</summary>
    private object? _awaiter;

    private IWorkItem? _awaited;

    internal string ThreadName => $"{Scheduler.Name} worker {Index}";

    /// <summary>Somebody goes on who has awaited an operation, which is what runs. By the worker's thread, before that is reused.</summary>
    internal void NoteAwaiter(IWorkItem awaited, object? state)
    {
        Volatile.Write(ref _awaiter, WorkItemNames.KeyOf(state));
        Volatile.Write(ref _awaited, awaited);
    }

    /// <summary>What reports call an item that runs here.</summary>
    internal string Describe(IWorkItem running)
    {
        IWorkItem item = running is WatchedItem { Item: { } inner } ? inner : running;
        return Volatile.Read(ref _awaited) == item ? WorkItemNames.OfKey(Volatile.Read(ref _awaiter)) : WorkItemNames.Describe(item);
    }

    /// <summary>Makes a blocking call, or waits for a fork, and lets it be looked at. By its thread.</summary>
    internal TResult CallLooked<TState, TResult>(Func<TState, TResult> function, TState state)
    {
        // A call inside another is part of that one.
        if (!LiveWaits.IsOn || IsInKnownCall) return function(state);
        string place = (Scheduler.RecordsSpawnPlaces ? WorkItemNames.CallingMethod() : null) ?? (_running is { } item ? Describe(item) : string.Empty);
        WaitRecord blocking = _blocking ??= WaitRecord.Create(WaitTarget.Nothing, this);
        blocking.Begin(state is Fork ? WaitOperation.Join : WaitOperation.Blocking, place);
        try
        {
            return function(state);
        }
        finally
        {
            blocking.End();
        }
    }

    /// <summary>Whether it is in a blocking call or a join that is looked at.</summary>
    internal bool IsInKnownCall => _blocking is { IsWaiting: true };

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
