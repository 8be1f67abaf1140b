namespace FastCore.Channels.Waiting;

/// <summary>What a waiter asks of its channel.</summary>
internal interface IWaiterOwner
{
    /// <summary>Decides the waiter as cancelled, if nothing has decided it yet.</summary>
    void Cancel(Waiter waiter, CancellationToken cancellationToken);

    /// <summary>Resets a consumed waiter and, if <paramref name="reusable"/>, keeps it for a later operation.</summary>
    /// <exception cref="InvalidOperationException">The operation of this token has been consumed already.</exception>
    void Recycle<TResult>(Waiter<TResult> waiter, short token, bool reusable);
}
