namespace FastCore.Channels.Waiting;

/// <summary>A WriteAsync that waits for room, with its item.</summary>
internal class WriteWaiter<T>(IWaiterOwner owner, WaiterPool pool, long selectNumber = 0) : Waiter<bool>(owner, pool, selectNumber)
{
    /// <summary>What will be written. Under the gate.</summary>
    internal T? Item { get; set; }

    private protected override bool Reset()
    {
        Item = default;
        return base.Reset();
    }
}
