using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Diagnostics;

namespace FastCore.Channels.Waiting;

/// <summary>Undecided waiters in the order they came; any can leave at constant cost. Under the channel's gate.</summary>
internal abstract class WaiterList
{
    private Waiter? _last;

    internal bool IsEmpty => Head is null;

    internal Waiter? Head { get; private set; }

    /// <summary>What its waiters wait for.</summary>
    internal WaitOperation Operation { get; init; } = WaitOperation.WaitToRead;

    internal void Remove(Waiter waiter)
    {
        Debug.Assert(waiter.List == this, "Only its own list can let a waiter go.");
        if (waiter.Previous is null) Head = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _last = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        waiter.List = null;
        waiter.Next = null;
        waiter.Previous = null;
    }

    protected void AddLast(Waiter waiter)
    {
        Debug.Assert(waiter is { List: null, Next: null, Previous: null }, "A waiter waits in one list at a time.");
        waiter.List = this;
        waiter.Previous = _last;
        if (_last is null) Head = waiter;
        else _last.Next = waiter;
        _last = waiter;
        waiter.NoteAnnounced();
        if (LiveWaits.IsOn) waiter.BeginLook(Operation);
    }
}

/// <summary>A list of waiters of a class.</summary>
internal sealed class WaiterList<TWaiter> : WaiterList
    where TWaiter : Waiter
{
    /// <remarks>Only waiters of this class are ever added, so no cast needs checking.</remarks>
    internal TWaiter? First => Unsafe.As<TWaiter?>(Head);

    internal void Add(TWaiter waiter) => AddLast(waiter);

    /// <summary>The one behind it in this list.</summary>
    internal TWaiter? After(TWaiter waiter)
    {
        Debug.Assert(waiter.List == this, "Only a waiter of this list has a next one here.");
        return Unsafe.As<TWaiter?>(waiter.Next);
    }
}
