using System.Diagnostics;

namespace FastCore.Channels.Waiting;

/// <summary>Undecided waiters in the order they came; any can leave at constant cost. Under the channel's gate.</summary>
internal sealed class WaiterList
{
    private Waiter? _last;

    internal Waiter? First { get; private set; }

    internal bool IsEmpty => First is null;

    internal void Add(Waiter waiter)
    {
        Debug.Assert(waiter is { List: null, Next: null, Previous: null }, "A waiter waits in one list at a time.");
        waiter.List = this;
        waiter.Previous = _last;
        if (_last is null) First = waiter;
        else _last.Next = waiter;
        _last = waiter;
    }

    internal void Remove(Waiter waiter)
    {
        Debug.Assert(waiter.List == this, "Only its own list can let a waiter go.");
        if (waiter.Previous is null) First = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _last = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        waiter.List = null;
        waiter.Next = null;
        waiter.Previous = null;
    }
}
