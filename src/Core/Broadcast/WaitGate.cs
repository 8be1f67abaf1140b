using FastCore.Atomics;
using FastCore.Channels.Waiting;

namespace FastCore.Broadcast;

/// <summary>
/// The lock under which waits are begun, decided and cancelled, and the pooled objects behind them. What waits for what, and
/// the word that shows it to those who take no lock, belong to the engine that derives from this.
/// </summary>
internal abstract class WaitGate<TAtomics>(bool allowsInlineContinuations) : IWaiterOwner
    where TAtomics : struct, IAtomics
{
    private readonly Lock _gate = new();

    private readonly WaiterPool<bool> _pool = new();

    public abstract bool HasWaiters { get; }

    /// <remarks>
    /// A waiter that leaves makes no other's condition hold, so there is nothing to settle. Its awaiter's code never runs
    /// here, whatever the options say: this is the canceller's thread.
    /// </remarks>
    void IWaiterOwner.Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        Enter();
        bool decides = waiter.List is not null;
        if (decides)
        {
            waiter.List!.Remove(waiter);
            waiter.Cancel(cancellationToken);
            AfterLeaving();
        }

        Exit();
        if (decides) waiter.Signal(inline: false);
    }

    void IWaiterOwner.Recycle<TResult>(Waiter<TResult> waiter, short token, bool reusable)
    {
        Enter();
        try
        {
            if (waiter.Reset(token) && reusable) waiter.Pool.Return(waiter);
        }
        finally
        {
            Exit();
        }
    }

    protected void Enter() => TAtomics.Enter(_gate);

    protected void Exit() => TAtomics.Exit(_gate);

    /// <summary>Puts a new wait into the list. Under the gate.</summary>
    protected Waiter<bool> Add(WaiterList list)
    {
        Waiter<bool> waiter = _pool.TryRent() ?? new Waiter<bool>(this, _pool);
        list.Add(waiter);
        return waiter;
    }

    /// <summary>Decides all of the list. Under the gate.</summary>
    protected static void Wake(WaiterList list, bool result, ref Decided decided)
    {
        while (list.First is { } waiter)
        {
            list.Remove(waiter);
            if (waiter is Waiter<bool> awaited) awaited.Succeed(result);
            decided.Add(waiter);
        }
    }

    /// <summary>Decides all of the list: they fail, or, without an error, yield false. Under the gate.</summary>
    protected static void EndWaits(WaiterList list, Exception? error, ref Decided decided)
    {
        if (error is null)
        {
            Wake(list, false, ref decided);
            return;
        }

        while (list.First is { } waiter)
        {
            list.Remove(waiter);
            waiter.Fail(error);
            decided.Add(waiter);
        }
    }

    /// <summary>Tells the awaiters what was decided. Outside the gate.</summary>
    protected void Tell(in Decided decided) => decided.Signal(allowsInlineContinuations);

    /// <summary>Lets the token end the wait. Outside the gate, and before anyone can await it.</summary>
    protected static ValueTask<bool> Leave(Waiter<bool> waiter, CancellationToken cancellationToken)
    {
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    /// <summary>A wait was cancelled, and is out of its list. Under the gate.</summary>
    protected virtual void AfterLeaving()
    {
    }
}
