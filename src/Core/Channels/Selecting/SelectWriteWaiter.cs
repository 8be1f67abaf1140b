using FastCore.Channels.Waiting;
using FastCore.Continuations;

namespace FastCore.Channels.Selecting;

/// <summary>A write of a select in its channel's list.</summary>
internal sealed class SelectWriteWaiter<T>(IWaiterOwner owner, WaiterPool pool, SelectWrite<T> write, ISelectClaim select) : WriteWaiter<T>(owner, pool, select.Number)
{
    private protected override bool TryClaimCase() => select.TryClaim();

    private protected override void UnclaimCase() => select.Unclaim();

    private protected override void SucceedCase(bool result) => select.Decide(write.Index);

    internal override void Fail(Exception error)
    {
        write.End(error);
        select.Decide(write.Index);
    }

    internal override void Signal(ContinuationScheduler where) => select.Signal(where);
}
