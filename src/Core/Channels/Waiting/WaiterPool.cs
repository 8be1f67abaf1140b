namespace FastCore.Channels.Waiting;

/// <summary>Waiters of one kind kept for reuse: a stack, under the channel's gate.</summary>
internal sealed class WaiterPool<TResult>
{
    /// <summary>More waiters than this at a time are rare; what a burst of them leaves is for the garbage collector.</summary>
    private const int MostKept = 64;

    private Waiter? _top;

    private int _count;

    internal Waiter<TResult>? TryRent()
    {
        Waiter? top = _top;
        if (top is null) return null;
        _top = top.Next;
        top.Next = null;
        _count--;
        return (Waiter<TResult>)top;
    }

    internal void Return(Waiter<TResult> waiter)
    {
        if (_count == MostKept) return;
        waiter.Next = _top;
        _top = waiter;
        _count++;
    }
}
