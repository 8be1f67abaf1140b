using FastCore.Channels.Waiting;
using FastCore.Continuations;

namespace FastCore.Channels.Selecting;

/// <summary>A read of a select in its channel's list.</summary>
internal sealed class SelectReadWaiter<T>(IWaiterOwner owner, WaiterPool pool, SelectRead<T> read, ISelectClaim select) : Waiter<T>(owner, pool, select.Number)
{
    private protected override bool TryClaimCase() => select.TryClaim();

    private protected override void UnclaimCase() => select.Unclaim();

    private protected override void SucceedCase(T result)
    {
        read.Receive(result);
        select.Decide(read.Index);
    }

    internal override void Fail(Exception error)
    {
        read.End(error);
        select.Decide(read.Index);
    }

    internal override void Signal(ContinuationScheduler where) => select.Signal(where);
}
