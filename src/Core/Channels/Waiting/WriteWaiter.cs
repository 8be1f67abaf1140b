namespace FastCore.Channels.Waiting;

/// <summary>A WriteAsync that waits for room, with its item.</summary>
internal class WriteWaiter<T>(IWaiterOwner owner, WaiterPool pool) : Waiter<bool>(owner, pool)
{
    /// <summary>What will be written. Under the gate.</summary>
    internal T? Item { get; set; }

    internal override bool Reset(short token)
    {
        Item = default;
        return base.Reset(token);
    }
}
