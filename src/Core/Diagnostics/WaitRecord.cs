using System.Diagnostics;
using FastCore.Atomics;
using FastCore.Scheduling;

namespace FastCore.Diagnostics;

/// <summary>
/// What is known of the waits of one object, made at its first wait while somebody looks: the present one, and what the earlier
/// ones of the same awaiter come to.
/// </summary>
internal sealed class WaitRecord
{
    /// <summary>What waits; null for one that is never collected.</summary>
    private readonly WeakReference? _waiter;

    private WaitSlot<HardwareAtomics> _slot;

    // Written by whoever ends a wait, one after the other. Who looks may be one wait behind.
    private object? _countedAwaiter;

    private WaitOperation _countedOperation;

    private long _count;

    private long _ticks;

    private long _longest;

    /// <summary>The turn of the wait that was told to the handler. By the monitor of the scheduler it began on.</summary>
    private long _toldTurn;

    private WaitRecord(WaitTarget target, object? waiter)
    {
        Target = target;
        _waiter = waiter is null ? null : new WeakReference(waiter);
    }

    /// <summary>On what it waits. Replaced by the one who begins a wait.</summary>
    internal WaitTarget Target { get; set; }

    internal bool IsWaiting => _slot.IsWaiting;

    /// <summary>Whether what waits is gone. Then nobody writes here any more.</summary>
    internal bool IsGone => _waiter is { IsAlive: false };

    /// <summary>Makes one that is looked at from now on.</summary>
    /// <param name="target">On what it waits.</param>
    /// <param name="waiter">What waits; null if that lives as long as the process.</param>
    internal static WaitRecord Create(WaitTarget target, object? waiter)
    {
        var record = new WaitRecord(target, waiter);
        WaitRegistry.Add(record);
        return record;
    }

    /// <summary>It begins to wait. By the one who does.</summary>
    /// <param name="operation">What for.</param>
    /// <param name="awaiter">Who, if that is known already.</param>
    internal void Begin(WaitOperation operation, object? awaiter = null)
    {
        Debug.Assert(!_slot.IsWaiting, "An object waits once at a time.");
        Worker? worker = Worker.Current;
        _slot.Begin(new Wait(Stopwatch.GetTimestamp(), operation, worker?.Present?.SpawnPlace, worker?.Scheduler.Weakly), awaiter);
    }

    /// <summary>Says what goes on when the wait ends: the state with which an awaiter calls its continuation.</summary>
    internal void Await(object? state)
    {
        if (_slot.IsWaiting) _slot.Await(WorkItemNames.KeyOf(state));
    }

    /// <summary>Where what waits now, or has waited last, was spawned.</summary>
    internal string? SpawnPlace => _slot.Last.SpawnPlace;

    /// <summary>It waits no more, if it did. By whoever ended it, before another wait can begin.</summary>
    internal void End()
    {
        if (!_slot.IsWaiting) return;
        (Wait wait, object? awaiter) = _slot.End();
        if (!Equals(awaiter, _countedAwaiter) || wait.Operation != _countedOperation) WaitRegistry.Fold(this, awaiter, wait.Operation);
        long ticks = Stopwatch.GetTimestamp() - wait.Since;
        Volatile.Write(ref _ticks, _ticks + ticks);
        if (ticks > _longest) Volatile.Write(ref _longest, ticks);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>The waits of the last awaiter that have ended.</summary>
    internal (WaitKey Key, WaitTally Tally) Ended() =>
        (new WaitKey(_countedOperation, Target.Name, Target.Kind, WorkItemNames.OfKey(_countedAwaiter)), new WaitTally(Volatile.Read(ref _count), Volatile.Read(ref _ticks), Volatile.Read(ref _longest)));

    /// <summary>The present wait; null if there is none.</summary>
    internal WaitLook? Look(long now) => _slot.TryRead(out Wait wait, out object? awaiter, out _) ? Describe(wait, awaiter, now) : null;

    /// <summary>The present wait, if it began on a scheduler; null if there is none.</summary>
    internal WaitLook? Look(Scheduler scheduler, long now) =>
        _slot.TryRead(out Wait wait, out object? awaiter, out _) && wait.Scheduler == scheduler.Weakly ? Describe(wait, awaiter, now) : null;

    /// <summary>The present wait, if it began on a scheduler before a time, and has not been told yet. By that scheduler's monitor.</summary>
    internal WaitLook? TellOnce(Scheduler scheduler, long before, long now)
    {
        if (!_slot.TryRead(out Wait wait, out object? awaiter, out long turn) || wait.Scheduler != scheduler.Weakly || wait.Since > before || turn == _toldTurn) return null;
        _toldTurn = turn;
        return Describe(wait, awaiter, now);
    }

    private WaitLook Describe(Wait wait, object? awaiter, long now)
    {
        Scheduler? scheduler = null;
        wait.Scheduler?.TryGetTarget(out scheduler);
        return new WaitLook(wait.Operation, Target.Name, Target.Id, Target.Kind, WorkItemNames.OfKey(awaiter), wait.SpawnPlace ?? string.Empty, scheduler?.Name ?? string.Empty, Stopwatch.GetElapsedTime(wait.Since, Math.Max(now, wait.Since)));
    }

    /// <summary>From here on the waits of another awaiter are counted. Under the registry's lock.</summary>
    internal void CountAnew(object? awaiter, WaitOperation operation)
    {
        _countedAwaiter = awaiter;
        _countedOperation = operation;
        _count = _ticks = _longest = 0;
    }
}
