namespace FastCore.Channels.Waiting;

/// <summary>A WriteAsync that waits for room, with its item.</summary>
internal sealed class WriteWaiter<T>(IWaiterOwner owner, WaiterPool<bool> pool) : Waiter<bool>(owner, pool)
{
    /// <summary>What will be written; cleared when the wait is decided. Under the gate.</summary>
    internal T? Item { get; set; }

    internal override void Fail(Exception error)
    {
        Item = default;
        base.Fail(error);
    }
}
