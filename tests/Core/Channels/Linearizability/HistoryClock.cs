namespace FastCore.Tests.Channels.Linearizability;

/// <summary>The time of a history: a counter that all threads increment.</summary>
/// <remarks>
/// If one operation's last time is below another's first, then the one had taken effect before the other began: increments of
/// one location are totally ordered, and each is a full fence, so no access of an operation leaves the span between its two. A
/// time stamp counter gives no such right: it may be read while the operation's last store is still in the store buffer, and
/// then a history is called wrong that no thread could see. The price is that fences stand between operations; what goes wrong
/// for want of one inside an operation is what the explorer is for.
/// </remarks>
internal sealed class HistoryClock
{
    private long _time;

    internal long Next() => Interlocked.Increment(ref _time);
}
