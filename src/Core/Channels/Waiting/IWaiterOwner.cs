using FastCore.Diagnostics;

namespace FastCore.Channels.Waiting;

/// <summary>A channel as its waiters, and the tests of what they leave behind, see it.</summary>
internal interface IWaiterOwner : IWaitedOn
{
    /// <summary>Whether any operation waits.</summary>
    bool HasWaiters { get; }

    /// <summary>Its name and its number in the trace, as <see cref="WaiterArguments"/> puts them; asked while tracing is on. Under the gate.</summary>
    long InTrace { get; }

    /// <summary>Decides the waiter as cancelled, if nothing has decided it yet.</summary>
    void Cancel(Waiter waiter, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a waiter whose thread gives up out of its list, undecided. Called by that thread, which then recycles it.
    /// </summary>
    /// <returns>False: it is decided already, and its result must be taken.</returns>
    bool TryAbandon(Waiter waiter);

    /// <summary>Decides the waiter if its time is over, and else has its timer ring again. Called by the timer.</summary>
    void Expire(GatherWaiter waiter);
}
