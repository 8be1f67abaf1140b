using System.Diagnostics;
using FastCore.Atomics;
using FastCore.Channels.Waiting;
using FastCore.Continuations;
using FastCore.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Broadcast;

/// <summary>
/// The lock under which waits are begun, decided and cancelled, and the pooled objects behind them. What waits for what, and
/// the word that shows it to those who take no lock, belong to the engine that derives from this.
/// </summary>
internal abstract class WaitGate<TAtomics> : IWaiterOwner
    where TAtomics : struct, IAtomics
{
    private readonly ContinuationScheduler _continuations;

    private readonly Gate _gate;

    /// <summary>0 before the first wait that is traced.</summary>
    private int _nameInTrace;

    private readonly WaiterPool<Waiter<bool>, TAtomics> _pool;

    protected WaitGate(ContinuationScheduler continuations)
    {
        _continuations = continuations;
        _gate = new Gate();
        _pool = new WaiterPool<Waiter<bool>, TAtomics>(_gate);
    }

    public abstract bool HasWaiters { get; }

    public abstract string Kind { get; }

    int IWaitedOn.Contended => _gate.Contended;

    /// <remarks>It has a name there, but no life of its own: its consumers have.</remarks>
    long IWaiterOwner.InTrace => WaiterArguments.OfChannel(_nameInTrace == 0 ? _nameInTrace = TraceNames.Intern(Kind) : _nameInTrace, 0);

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
        if (decides) waiter.Signal(_continuations.NotHere);
    }

    bool IWaiterOwner.TryAbandon(Waiter waiter)
    {
        Enter();
        bool abandons = waiter.List is not null;
        if (abandons)
        {
            waiter.List!.Remove(waiter);
            AfterLeaving();
        }

        Exit();
        return abandons;
    }

    void IWaiterOwner.Expire(GatherWaiter waiter) => throw new UnreachableException("Nothing here waits for items until a time.");

    protected void Enter() => TAtomics.Enter(_gate);

    protected void Exit() => TAtomics.Exit(_gate);

    /// <summary>Puts a new wait into the list. Under the gate.</summary>
    /// <param name="list">Where it waits.</param>
    /// <param name="parker">What the thread to which it belongs will sleep on; null when it is awaited.</param>
    protected Waiter<bool> Add(WaiterList<Waiter<bool>> list, AutoResetEvent? parker = null)
    {
        Waiter<bool> waiter = _pool.TryRent() ?? new Waiter<bool>(this, _pool);
        waiter.Parker = parker;
        list.Add(waiter);
        return waiter;
    }

    /// <summary>Decides all of the list. Under the gate.</summary>
    protected static void Wake(WaiterList<Waiter<bool>> list, bool result, ref Decided decided)
    {
        while (list.First is { } waiter)
        {
            list.Remove(waiter);
            waiter.Succeed(result);
            decided.Add(waiter);
        }
    }

    /// <summary>
    /// Decides all of the list: what is awaited fails or, without an error, yields false; a thread is told to look itself.
    /// Under the gate.
    /// </summary>
    protected static void EndWaits(WaiterList<Waiter<bool>> list, Exception? error, ref Decided decided)
    {
        while (list.First is { } waiter)
        {
            list.Remove(waiter);
            if (error is null || waiter.Parker is not null) waiter.Succeed(false);
            else waiter.Fail(error);
            decided.Add(waiter);
        }
    }

    /// <summary>Tells the awaiters what was decided. Outside the gate.</summary>
    protected void Tell(in Decided decided)
    {
        if (decided.IsEmpty) return;

        // The awaiter's word releases what was written before it; the explorer, which does not know that word, needs this.
        TAtomics.FenceWrites();
        decided.Signal(_continuations);
    }

    /// <summary>Lets the token end the wait. Outside the gate, and before anyone can await it.</summary>
    protected static ValueTask<bool> Leave(Waiter<bool> waiter, CancellationToken cancellationToken)
    {
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    /// <summary>
    /// Blocks the thread to which the wait belongs until it has reason to look again, or the time is up. Outside the gate.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted.</exception>
    protected static void Sleep(Waiter<bool> waiter, TimeSpan timeout, CancellationToken cancellationToken)
    {
        waiter.Watch(cancellationToken);
        try
        {
            if (!waiter.IsSignalled) waiter.Park(timeout);
        }
        finally
        {
            Withdraw(waiter);
        }
    }

    /// <summary>Takes the wait out of its list or, if it is decided, whose signal then is on its way, consumes it.</summary>
    private static void Withdraw(Waiter<bool> waiter)
    {
        if (!waiter.IsSignalled && waiter.TryAbandon()) return;
        SpinWait spinner = default;
        while (!waiter.IsSignalled) TAtomics.Spin(ref spinner);
        waiter.GetResult(waiter.Version);
    }

    /// <summary>A wait was cancelled or given up, and is out of its list. Under the gate.</summary>
    protected virtual void AfterLeaving()
    {
    }
}
