namespace FastCore.Channels.Waiting;

/// <summary>A channel as its waiters, and the tests of what they leave behind, see it.</summary>
internal interface IWaiterOwner
{
    /// <summary>Whether any operation waits.</summary>
    bool HasWaiters { get; }

    /// <summary>Decides the waiter as cancelled, if nothing has decided it yet.</summary>
    void Cancel(Waiter waiter, CancellationToken cancellationToken);

    /// <summary>Resets a consumed waiter and, if <paramref name="reusable"/>, keeps it for a later operation.</summary>
    /// <exception cref="InvalidOperationException">The operation of this token has been consumed already.</exception>
    void Recycle<TResult>(Waiter<TResult> waiter, short token, bool reusable);
}
