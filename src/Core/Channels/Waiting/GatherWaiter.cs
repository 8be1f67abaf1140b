using FastCore.Atomics;
using FastCore.Continuations;

namespace FastCore.Channels.Waiting;

/// <summary>A batch read that waits for more items than one, until a time.</summary>
/// <remarks>
/// The timer belongs to the object and serves one operation after another, so a late call of it may meet the next one: it
/// ends only an operation whose own time is over.
/// </remarks>
internal sealed class GatherWaiter : Waiter<bool>
{
    private readonly Timer _timer;

    private long _deadline;

    internal GatherWaiter(IWaiterOwner owner, WaiterPool pool)
        : base(owner, pool) =>
        _timer = UnboundTimer.Create(static state => ((GatherWaiter)state!).Expire(), this);

    /// <summary>How many items it waits for. Under the gate.</summary>
    internal int Wanted { get; set; }

    /// <summary>Whether its time is over. Under the gate.</summary>
    internal bool IsOver => Environment.TickCount64 >= _deadline;

    /// <summary>Sets its end. Under the gate, before it is listed.</summary>
    internal void SetDeadline(TimeSpan timeout) =>
        HardwareAtomics.Write(ref _deadline, Environment.TickCount64 + (long)Math.Ceiling(timeout.TotalMilliseconds));

    /// <summary>Starts the clock. Outside the gate, before anyone can consume the operation.</summary>
    /// <remarks>A late call of the timer comes here too; it must not put an old end over that of the next operation.</remarks>
    internal void StartTimer()
    {
        long deadline;
        do
        {
            deadline = HardwareAtomics.Read(in _deadline);
            _timer.Change(Math.Max(0, deadline - Environment.TickCount64), Timeout.Infinite);
        }
        while (deadline != HardwareAtomics.Read(in _deadline));
    }

    internal override void Signal(ContinuationScheduler where)
    {
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
        base.Signal(where);
    }

    private void Expire() => Owner.Expire(this);
}
