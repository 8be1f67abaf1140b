// The second of two calls that are joined, while the first runs: in the worker's queue, where another may steal it.
//
// Invariant: _phase goes from Open to Done, at most once through Awaited; what the call threw or returned is written before
// Done. The waiter goes to sleep only if it has made Open to Awaited, and then the one who runs the fork wakes it. A fork that
// its own worker has taken back stays Open: there is nobody to tell.
//
// The call is made once: by its worker, who has found it in its own queue, where nobody else finds it then; or else by whoever
// claims it first, the worker that took it from a queue or the one that joins it and knows not which queue it is in. In the
// latter case it lies there still, and does nothing when its turn comes.
//
// One that its own worker has taken back is known to nobody else, and serves that worker again: so a fork that nobody helps
// with allocates nothing. One that was stolen, or that a trace has watched, is left to the garbage collector.

using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace FastCore.Scheduling;

/// <summary>A call that somebody joins.</summary>
internal sealed class Fork<TCall> : Fork
    where TCall : struct, ICall
{
    private TCall _call;

    /// <summary>A spare one of the worker's, or a new one.</summary>
    /// <param name="call">What it calls.</param>
    /// <param name="worker">That of the calling thread, if it is one.</param>
    internal static Fork<TCall> Of(TCall call, Worker? worker)
    {
        Fork<TCall> fork = worker?.TakeFork() as Fork<TCall> ?? new Fork<TCall>();
        fork._call = call;
        return fork;
    }

    /// <summary>With what it has returned, when it is done.</summary>
    internal ref readonly TCall Made => ref _call;

    /// <summary>Lets the worker use it again. By the worker, which has taken it back, and has what it returned.</summary>
    internal void Leave(Worker worker)
    {
        Debug.Assert(!IsDone && Failure is null, "Nobody else knows it, and what it threw was thrown on.");
        _call = default;
        worker.Keep(this);
    }

    internal override void CallHere()
    {
        try
        {
            // In place: it keeps what it returns.
            ref TCall call = ref _call;
            call.Make();
        }
        catch (Exception failure)
        {
            Failure = ExceptionDispatchInfo.Capture(failure);
        }
    }
}

/// <inheritdoc cref="Fork{TCall}"/>
internal abstract class Fork : IWorkItem
{
    private const int Open = 0;

    private const int Awaited = 1;

    private const int Done = 2;

    private int _phase;

    /// <summary>One when somebody has claimed the call.</summary>
    private int _isClaimed;

    /// <summary>The next of a worker's spare ones.</summary>
    internal Fork? Next { get; set; }

    internal bool IsDone => Volatile.Read(ref _phase) == Done;

    /// <summary>Whether nobody has made the call, nor will. When it is done.</summary>
    internal bool IsAbandoned { get; private set; }

    /// <summary>What it threw. When it is done.</summary>
    internal ExceptionDispatchInfo? Failure { get; private protected set; }

    public void Execute()
    {
        if (!TryClaim()) return;
        CallHere();
        Finish();
    }

    /// <summary>Makes the call the caller's to make, unless it is another's by now.</summary>
    internal bool TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;

    /// <summary>Makes the call for the worker that joins it, which need not be told.</summary>
    internal abstract void CallHere();

    /// <remarks>The item that joins it runs still, and is not to end otherwise than it would have: it makes the call itself.</remarks>
    public void Abandon()
    {
        if (!TryClaim()) return;
        IsAbandoned = true;
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

    private void Finish()
    {
        if (Interlocked.Exchange(ref _phase, Done) != Awaited) return;
        lock (this) Monitor.PulseAll(this);
    }
}
