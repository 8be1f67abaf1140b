// The second of two actions that are joined, while the first runs: in the worker's queue, where another may steal it.
//
// Invariant: _phase goes from Open to Done, at most once through Awaited; what the action threw is written before Done. The
// waiter goes to sleep only if it has made Open to Awaited, and then the one who runs the fork wakes it.

using System.Runtime.ExceptionServices;

namespace FastCore.Scheduling;

/// <summary>An action that somebody joins.</summary>
internal sealed class Fork<TState>(Action<TState> action, TState state) : Fork
{
    protected override void Call() => action(state);
}

/// <inheritdoc cref="Fork{TState}"/>
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
        try
        {
            Call();
        }
        catch (Exception failure)
        {
            Failure = ExceptionDispatchInfo.Capture(failure);
        }

        Finish();
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
