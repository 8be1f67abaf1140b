// The second of two calls that are joined, while the first runs: in the worker's queue, where another may steal it.
//
// Invariant: _phase goes from Open to Done, at most once through Awaited; what the call threw or returned is written before
// Done. The waiter goes to sleep only if it has made Open to Awaited, and then the one who runs the fork wakes it. A fork that
// its own worker has taken back stays Open: there is nobody to tell.

using System.Runtime.ExceptionServices;

namespace FastCore.Scheduling;

/// <summary>A call that somebody joins.</summary>
internal sealed class Fork<TCall> : Fork
    where TCall : struct, ICall
{
    private TCall _call;

    internal Fork(TCall call) => _call = call;

    /// <summary>With what it has returned, when it is done.</summary>
    internal ref readonly TCall Made => ref _call;

    protected override void Call()
    {
        // In place: it keeps what it returns.
        ref TCall call = ref _call;
        call.Make();
    }
}

/// <inheritdoc cref="Fork{TCall}"/>
internal abstract class Fork : IWorkItem
{
    private const int Open = 0;

    private const int Awaited = 1;

    private const int Done = 2;

    private int _phase;

    internal bool IsDone => Volatile.Read(ref _phase) == Done;

    /// <summary>What it threw. When it is done.</summary>
    internal ExceptionDispatchInfo? Failure { get; private set; }

    public void Execute()
    {
        CallHere();
        Finish();
    }

    /// <summary>Makes the call for the worker that joins it, which need not be told.</summary>
    internal void CallHere()
    {
        try
        {
            Call();
        }
        catch (Exception failure)
        {
            Failure = ExceptionDispatchInfo.Capture(failure);
        }
    }

    public void Abandon()
    {
        Failure = ExceptionDispatchInfo.Capture(new OperationCanceledException("The scheduler was shut down before the forked action ran."));
        Finish();
    }

    /// <summary>Blocks the calling thread until it is done.</summary>
    internal void Wait()
    {
        if (Interlocked.CompareExchange(ref _phase, Awaited, Open) == Done) return;
        lock (this)
        {
            while (!IsDone) Monitor.Wait(this);
        }
    }

    protected abstract void Call();

    private void Finish()
    {
        if (Interlocked.Exchange(ref _phase, Done) != Awaited) return;
        lock (this) Monitor.PulseAll(this);
    }
}
