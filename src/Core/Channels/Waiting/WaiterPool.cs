using System.Runtime.CompilerServices;

namespace FastCore.Channels.Waiting;

/// <summary>Waiters of one kind kept for reuse: a stack, under the channel's gate.</summary>
internal abstract class WaiterPool
{
    /// <summary>More waiters than this at a time are rare; what a burst of them leaves is for the garbage collector.</summary>
    private const int MostKept = 64;

    private Waiter? _top;

    private int _count;

    /// <summary>Keeps a waiter that came from here.</summary>
    internal void Return(Waiter waiter)
    {
        if (_count == MostKept) return;
        waiter.Next = _top;
        _top = waiter;
        _count++;
    }

    protected Waiter? TryTake()
    {
        Waiter? top = _top;
        if (top is null) return null;
        _top = top.Next;
        top.Next = null;
        _count--;
        return top;
    }
}

/// <summary>Keeps waiters of a class.</summary>
internal sealed class WaiterPool<TWaiter> : WaiterPool
    where TWaiter : Waiter
{
    /// <remarks>Each waiter knows the pool of its class, and returns to that; so no cast needs checking.</remarks>
    internal TWaiter? TryRent() => Unsafe.As<TWaiter?>(TryTake());
}
