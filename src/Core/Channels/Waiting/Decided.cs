using System.Diagnostics;
using System.Runtime.ExceptionServices;
using FastCore.Continuations;

namespace FastCore.Channels.Waiting;

/// <summary>The waiters that were decided under the gate and are signalled after it, in order.</summary>
internal struct Decided
{
    private Waiter? _first;

    private Waiter? _last;

    /// <summary>The channel has ended, and its Completion is to be completed, before any waiter hears of it.</summary>
    internal bool IsEnd { get; set; }

    internal readonly bool IsEmpty => _first is null;

    internal void Add(Waiter waiter)
    {
        Debug.Assert(waiter is { List: null, Next: null }, "A waiter is decided by taking it out of its list.");
        if (_last is null) _first = waiter;
        else _last.Next = waiter;
        _last = waiter;
    }

    /// <summary>Signals them. Outside the gate.</summary>
    /// <param name="where">
    /// Where the awaiters' code runs. If that is here, only the last one's does, so that no waiter sleeps on until another's
    /// code has run, which may be waiting for it.
    /// </param>
    internal readonly void Signal(ContinuationScheduler where)
    {
        ExceptionDispatchInfo? thrown = null;
        Waiter? waiter = _first;
        while (waiter is not null)
        {
            // Once signalled, the waiter may be another operation's already.
            Waiter? next = waiter.Next;
            waiter.Next = null;
            if (next is not null) thrown = Signal(waiter, where.NotHere, thrown);
            else if (thrown is not null) Signal(waiter, where, thrown);
            else waiter.Signal(where);
            waiter = next;
        }

        thrown?.Throw();
    }

    /// <summary>A context that runs code at once lets out what that throws. Those behind it are told before the caller is, of what came first.</summary>
    private static ExceptionDispatchInfo? Signal(Waiter waiter, ContinuationScheduler where, ExceptionDispatchInfo? thrown)
    {
        try
        {
            waiter.Signal(where);
            return thrown;
        }
        catch (Exception exception)
        {
            return thrown ?? ExceptionDispatchInfo.Capture(exception);
        }
    }
}
