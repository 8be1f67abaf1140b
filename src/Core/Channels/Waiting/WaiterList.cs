using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Diagnostics;

namespace FastCore.Channels.Waiting;

/// <summary>Undecided waiters in the order they came; any can leave at constant cost. Under the channel's gate.</summary>
internal abstract class WaiterList
{
    /// <summary>The last of several; of one, null or that one.</summary>
    private Waiter? _last;

    internal bool IsEmpty => Head is null;

    internal Waiter? Head { get; private set; }

    /// <summary>What its waiters wait for.</summary>
    internal WaitOperation Operation { get; init; } = WaitOperation.WaitToRead;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Remove(Waiter waiter)
    {
        Debug.Assert(waiter.List == this, "Only its own list can let a waiter go.");
        waiter.LeaveList();
        if (waiter.Previous is not null || waiter.Next is not null)
        {
            RemoveFromSeveral(waiter);
            return;
        }

        Head = null;
        _last = null;
    }

    private void RemoveFromSeveral(Waiter waiter)
    {
        Waiter? previous = waiter.Previous;
        Waiter? next = waiter.Next;
        if (previous is null) Head = next;
        else previous.Next = next;
        if (next is null) _last = previous;
        else next.Previous = previous;
        waiter.Next = null;
        waiter.Previous = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void AddLast(Waiter waiter)
    {
        Debug.Assert(waiter is { List: null, Next: null, Previous: null }, "A waiter waits in one list at a time.");
        waiter.JoinList(this);
        if (Head is null) Head = waiter;
        else AddToSeveral(waiter, _last ?? Head);
        waiter.NoteAnnounced();
        if (LiveWaits.IsOn) waiter.BeginLook(Operation);
    }

    private void AddToSeveral(Waiter waiter, Waiter last)
    {
        waiter.Previous = last;
        last.Next = waiter;
        _last = waiter;
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
