// A thread that runs work, with its own queue.
//
// What it runs next, in this order: once in 61 turns, or in fewer if they are long, the global queue, so that it can't starve; the next-slot, where the work
// waits that the present item has just woken, at most MostInARow times in a row, so that two items that wake each other can't
// starve the rest; its own queue, oldest first; the queue of what is pinned to it; the global queue; half of another's queue.
//
// Invariant: what is spawned is counted before it can be seen, and what has run is counted after it has run; so if all that
// has run, counted first, is all that was spawned, counted afterwards, nothing is left (see Scheduler.Shutdown).
//
// All fields are the worker's own to write, but for those that say otherwise.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>One worker of a <see cref="Scheduler"/>.</summary>
internal sealed partial class Worker : IParkable
{
    private const int MostGlobalEvery = 61;

    /// <summary>What waits in the global queue while all workers are busy waits for about so long.</summary>
    private static readonly TimeSpan GlobalWait = TimeSpan.FromMicroseconds(20);

    /// <summary>What waits for a shorter time is not worth another's coming for it.</summary>
    private static readonly long FeedWorth = Stopwatch.Frequency / 500_000;

    /// <summary>About so much time between two looks at that.</summary>
    private static readonly long FeedLook = Stopwatch.Frequency / 500_000;

    private const int MostFeedEvery = 64;

    private const int MostInARow = 16;

    /// <summary>As deep as calls that join may be in each other without a new object for each.</summary>
    private const int MostForks = 128;

    [ThreadStatic] private static Worker? _current;

    private readonly LocalQueue<HardwareAtomics> _queue = new();

    private readonly IWorkItem[] _overflow = new IWorkItem[(LocalQueue<HardwareAtomics>.DefaultCapacity / 2) + 1];

    private readonly bool _isSpare;

    /// <summary>Whether what is spawned here waits for this worker. Not for a spare one, which may go out of service with work left.</summary>
    private readonly bool _keepsWork;

    /// <summary>Whether what is spawned here goes to the global queue.</summary>
    private readonly bool _sharesAll;

    private readonly NextSlot<HardwareAtomics> _next = new();

    private int _inARow;

    /// <summary>Forks that may be used again.</summary>
    private Fork? _forks;

    private int _forkCount;

    private long _spawned;

    private long _ran;

    private long _stolen;

    private long _given;

    /// <summary>Rises as an item begins: what tells the monitor whether it is still the same.</summary>
    private long _turn;

    /// <summary>What runs; null between turns that search. Read by the monitor.</summary>
    private IWorkItem? _running;

    /// <summary>One while it does not count as active: it blocks, or runs on. By exchange, by the worker and the monitor.</summary>
    private int _isAway;

    /// <summary>Set by the monitor, cleared by the worker.</summary>
    private bool _shouldYield;

    /// <summary>Written by the monitor.</summary>
    private int _globalEvery = MostGlobalEvery;

    /// <summary>Turns between two looks, while somebody is hungry, at what could be given away.</summary>
    private int _feedEvery = 1;

    /// <summary>Turns until the next.</summary>
    private int _untilFeed;

    /// <summary>When the last look was.</summary>
    private long _fed;

    /// <summary>Where its next look at the global queue begins.</summary>
    private uint _shard;

    /// <summary>Turns until the worker looks at the global queue.</summary>
    private int _untilGlobal;

    internal Worker(Scheduler scheduler, int index, bool isSpare)
    {
        Scheduler = scheduler;
        Index = index;
        _isSpare = isSpare;
        _shard = (uint)index;
        _sharesAll = scheduler.Policy == SchedulerPolicy.GlobalOnly;
        _keepsWork = scheduler.Policy == SchedulerPolicy.LocalOnly && !isSpare;
        _random = (uint)(index + 1) * 2654435761u;
        BeginLives();
    }

    internal static Worker? Current => _current;

    internal Scheduler Scheduler { get; }

    internal int Index { get; }

    /// <summary>Work that no other worker may take.</summary>
    internal SharedQueue<HardwareAtomics> Pinned { get; } = new(16);

    internal bool IsAway => Volatile.Read(ref _isAway) != 0;

    internal bool ShouldYield => Volatile.Read(ref _shouldYield);

    internal long Spawned => Volatile.Read(ref _spawned);

    internal long Ran => Volatile.Read(ref _ran);

    /// <summary>Items that came here from another's queue, or went from here to the global one for others who search.</summary>
    internal long Moved => Volatile.Read(ref _stolen) + Volatile.Read(ref _given);

    internal long Turn => Volatile.Read(ref _turn);

    internal IWorkItem? Running => Volatile.Read(ref _running);

    /// <summary>Whether something waits here behind the present item.</summary>
    internal bool HasWaiting => _queue.Count > 0 || _next.IsFull;

    /// <summary>Whether something waits here that others should come for; the next-slot is this worker's, unless it is away.</summary>
    internal bool HasStealable => _queue.Count > 0 || (IsAway && _next.IsFull);

    internal int Queued => _queue.Count + Pinned.Count + (_next.IsFull ? 1 : 0);

    /// <summary>Starts its thread.</summary>
    internal Thread Start()
    {
        var thread = new Thread(Loop) { IsBackground = true, Name = ThreadName };
        thread.UnsafeStart();
        return thread;
    }

    /// <summary>Adds an item behind the others. By the worker's thread.</summary>
    internal void PushLast(IWorkItem item)
    {
        Volatile.Write(ref _spawned, _spawned + 1);
        Enqueue(item);
    }

    /// <summary>Has an item run after the present one. By the worker's thread.</summary>
    /// <remarks>
    /// Nobody is woken for it: it is the turn of this thread next. The monitor sees to it where the present item runs on.
    /// </remarks>
    internal void PushNext(IWorkItem item)
    {
        Volatile.Write(ref _spawned, _spawned + 1);
        if (Lifecycle.IsWatched) WatchedItem.NoteSlot(item, SchedulerTables.PutNext);
        if (_next.Put(item) is { } before)
        {
            if (Lifecycle.IsWatched) WatchedItem.NoteSlot(before, SchedulerTables.DisplaceNext);
            Enqueue(before);
        }

        if (IsAway) Scheduler.Notify();
    }

    /// <summary>Takes what was pushed last, or else whatever waits anywhere. By the worker's thread, which waits for a fork.</summary>
    internal IWorkItem? TakeAny() => Scheduler.IsAbandoning
        ? _queue.TakeNewest()
        : _queue.TakeNewest() ?? Scheduler.Global.Dequeue(_shard++) ?? Pinned.Dequeue() ?? StealFromHeldUp(withNext: false);

    /// <summary>Takes a fork that has been left here. By the worker's thread.</summary>
    internal Fork? TakeFork()
    {
        if (_forks is not { } spare) return null;
        _forks = spare.Next;
        _forkCount--;
        spare.Next = null;
        return spare;
    }

    /// <summary>Keeps a fork for the next that is made. By the worker's thread.</summary>
    internal void Keep(Fork spare)
    {
        if (_forkCount == MostForks) return;
        spare.Next = _forks;
        _forks = spare;
        _forkCount++;
    }

    /// <summary>Runs a fork of the present item, if it is still the newest of its queue. By the worker's thread.</summary>
    /// <returns>False: it was stolen, or something lies above it.</returns>
    /// <remarks>
    /// What lies above is run, and may fork in its turn, and so on; where the stack is short it stays where it is, for others
    /// and for when this worker has ended some of what it is in the middle of.
    /// </remarks>
    internal bool TryTakeBack(Fork fork)
    {
        IWorkItem? newest = _queue.TakeNewest();
        bool isWatched = newest is not null && newest != fork && WatchedItem.IsFor(newest, fork);
        if (newest == fork || isWatched)
        {
            // To the monitor an item that joins is not one that runs on: what it forks lies open to the others.
            Volatile.Write(ref _turn, _turn + 1);
            if (isWatched) newest!.Execute();
            else fork.CallHere();
            Volatile.Write(ref _ran, _ran + 1);
            return true;
        }

        if (newest is null) return false;
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack()) RunInside(newest);
        else Enqueue(newest);
        return false;
    }

    /// <summary>Runs an item inside the present one. By the worker's thread.</summary>
    internal void RunInside(IWorkItem item)
    {
        IWorkItem? outer = _running;
        Run(item);
        Volatile.Write(ref _running, outer);
    }

    /// <summary>Stops counting as active. By the worker's thread as it blocks, or by the monitor as it runs on.</summary>
    /// <returns>False: it did so before.</returns>
    internal bool TryGoAway(bool runsOn = false)
    {
        if (ExchangeAway(1, runsOn ? SchedulerTables.RunOn : SchedulerTables.GoIntoCall) != 0) return false;
        if (!runsOn) Present?.NoteBlocking(SchedulerTables.Block);
        Scheduler.WentAway();
        return true;
    }

    /// <summary>Counts as active again. By the worker's thread.</summary>
    internal void ComeBack()
    {
        if (ExchangeAway(0, SchedulerTables.ComeBack) != 0) Scheduler.CameBack();
    }

    /// <summary>Says how many turns it has made in a time. By the monitor.</summary>
    internal void Pace(long turns, TimeSpan elapsed) =>
        Volatile.Write(ref _globalEvery, (int)Math.Clamp(turns * (GlobalWait / elapsed), 1, MostGlobalEvery));

    internal void AskToYield() => SetYield(isAsked: true);

    /// <summary>Gives up everything that waits here. By anyone, when the scheduler stops.</summary>
    internal void AbandonAll()
    {
        if (_next.TakeAway() is { } next)
        {
            if (Lifecycle.IsWatched) WatchedItem.NoteSlot(next, SchedulerTables.LeaveNext);
            next.Abandon();
        }

        while ((_queue.Steal() ?? Pinned.Dequeue()) is { } item) item.Abandon();
    }

    private void Loop()
    {
        _current = this;
        SynchronizationContext.SetSynchronizationContext(Scheduler.SynchronizationContext);
        ExecutionContext? flow = ExecutionContext.Capture();
        while ((TakeOwn() ?? Search()) is { } item)
        {
            Run(item);
            if (_isAway != 0) ComeBack();
            if (ExecutionContext.Capture() != flow) ExecutionContext.Restore(flow!);
            if (SynchronizationContext.Current != Scheduler.SynchronizationContext) SynchronizationContext.SetSynchronizationContext(Scheduler.SynchronizationContext);
        }

        // Where the scheduler stopped while the last item ran on, nobody comes for what that has left.
        AbandonAll();
        Scheduler.AbandonGlobal();
    }

    private void Run(IWorkItem item)
    {
        Volatile.Write(ref _running, item);
        Volatile.Write(ref _turn, _turn + 1);
        if (_shouldYield) SetYield(isAsked: false);
        try
        {
            item.Execute();
        }
        catch (Exception failure)
        {
            Scheduler.Report(failure);
        }

        if (_shouldYield) SetYield(isAsked: false);
        Volatile.Write(ref _ran, _ran + 1);
    }

    private IWorkItem? TakeOwn()
    {
        if (Scheduler.IsAbandoning) return null;
        if (--_untilGlobal < 0)
        {
            _untilGlobal = Volatile.Read(ref _globalEvery);
            if (_isSpare && Scheduler.HasSurplus)
            {
                LeaveAll();
                return null;
            }

            if (Scheduler.Global.Dequeue(_shard++) is { } shared) return shared;
        }

        if ((_turn & 1) == 0 && Pinned.Dequeue() is { } pinned) return pinned;
        if (_inARow < MostInARow && TakeNext(SchedulerTables.TakeNext) is { } next)
        {
            _inARow++;
            return next;
        }

        _inARow = 0;
        if (_queue.TakeOldest() is { } own)
        {
            if (!_keepsWork && Scheduler.Parking.HasHungry && --_untilFeed < 0 && _queue.Count > 0) FeedInTime();
            return own;
        }

        return TakeNext(SchedulerTables.TakeNext);
    }

    /// <summary>Empties the next-slot. By the worker's thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private IWorkItem? TakeNext(Transition how)
    {
        IWorkItem? item = _next.Take();
        if (Lifecycle.IsWatched && item is not null) WatchedItem.NoteSlot(item, how);
        return item;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enqueue(IWorkItem item)
    {
        if (_sharesAll) Scheduler.Global.Enqueue([item], Index);
        else if (!_queue.TryPush(item)) Overflow(item);
        NoteRing();
        if (!Scheduler.Parking.HasHungry) return;
        if (!_keepsWork) Feed();
        else if (IsAway) Scheduler.Notify();
    }

    /// <summary>
    /// Sees to those who search or sleep, if what waits here will take longer than another needs to come for it. It has been
    /// announced before, so that one who sleeps does so by now because others were quicker.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FeedInTime()
    {
        long now = Stopwatch.GetTimestamp();
        long perTurn = (now - _fed) / (_feedEvery + 1);
        _fed = now;
        _feedEvery = (int)Math.Min(FeedLook / (perTurn + 1), MostFeedEvery);
        _untilFeed = _feedEvery;
        if (perTurn * _queue.Count >= FeedWorth) Feed();
    }

    /// <summary>Sees to those who search or sleep: wakes one, or, if one searches, gives away the older half of what waits here.</summary>
    /// <remarks>
    /// To be given something costs a searcher nothing, to steal it a fence on all processors; so it steals only from who does
    /// not come by here, since its item takes long.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Feed()
    {
        if (Scheduler.Parking.Searching > 0 && Scheduler.Global.IsEmpty && _queue.Count is var waiting and > 1)
        {
            int given = MoveOldest(waiting / 2);
            Scheduler.Global.Enqueue(_overflow.AsSpan(0, given), Index);
            _overflow.AsSpan(0, given).Clear();
            Volatile.Write(ref _given, _given + given);
            NoteRing();
        }

        Scheduler.Notify();
    }

    /// <summary>Moves its queue to the global one, for a spare worker is to leave.</summary>
    private void LeaveAll()
    {
        if (TakeNext(SchedulerTables.LeaveNext) is { } next) Scheduler.Global.Enqueue([next], Index);
        while (_queue.TakeOldest() is { } item) Scheduler.Global.Enqueue([item], Index);
        Scheduler.Notify();
    }

    /// <summary>Moves the older half of its queue, and the item, to where there is room.</summary>
    private void Overflow(IWorkItem item)
    {
        int count = MoveOldest(_overflow.Length - 1);
        _overflow[count++] = item;
        NoteOverflow(count);
        EnqueueElsewhere(_overflow.AsSpan(0, count));
        _overflow.AsSpan(0, count).Clear();
    }

    /// <summary>Adds items to where those wait that found no room here.</summary>
    private void EnqueueElsewhere(ReadOnlySpan<IWorkItem> items)
    {
        if (_keepsWork) Pinned.Enqueue(items);
        else Scheduler.Global.Enqueue(items, Index);
    }

    private int MoveOldest(int most)
    {
        int count = 0;
        while (count < most && _queue.TakeOldest() is { } oldest) _overflow[count++] = oldest;
        return count;
    }
}
