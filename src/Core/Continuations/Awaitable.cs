// What an await hangs its continuation on: the part of an IValueTaskSource that the two sides race for.
//
// Invariant: the continuation is run by whichever side comes second, the one who awaits or the one who completes; AwaitPhase.cs
// decides which that is, and carries the continuation to the one and the result to the other.

using System.Threading.Tasks.Sources;
using FastCore.Atomics;
using FastCore.Scheduling;

namespace FastCore.Continuations;

/// <summary>One operation that is awaited, again and again.</summary>
internal abstract partial class Awaitable : IThreadPoolWorkItem, IWorkItem
{
    private Action<object?>? _continuation;

    private object? _state;

    /// <summary>The synchronisation context or task scheduler that the await captured.</summary>
    private object? _context;

    private ExecutionContext? _flow;

    private int _phase;

    /// <summary>Goes up with each reset: what makes an awaiter of an earlier operation known.</summary>
    internal short Version { get; private set; }

    /// <summary>Whether the awaiter can consume it.</summary>
    internal bool IsSignalled => AwaitPhase<HardwareAtomics>.IsDone(in _phase);

    /// <summary>What it goes on with, of an async method: the object that its builder awaits with. Null when nothing is awaited.</summary>
    internal object? Awaiter => _state;

    /// <summary>Its number in the trace; 0 when this operation is not traced.</summary>
    internal virtual long Subject => 0;

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        ThrowIfConsumed(token);

        // Before the first one's fields are touched.
        if (AwaitPhase<HardwareAtomics>.IsAwaited(in _phase)) ThrowAwaited();
        _continuation = continuation;
        _state = state;
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0) _flow = ExecutionContext.Capture();
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0) _context = CurrentContext();
        _look?.Await(state ?? continuation);
        if (AwaitPhase<HardwareAtomics>.TryRegister(ref _phase, out bool isAwaited)) return;
        if (isAwaited) ThrowAwaited();
        Dispatch(ContinuationScheduler.ThreadPool);
    }

    void IThreadPoolWorkItem.Execute() => Relay.Run(this);

    void IWorkItem.Execute()
    {
        // Once it runs it may be another operation's, and says no more who goes on.
        if (_look is not null) Worker.Current?.NoteAwaiter(this, _state ?? _continuation);
        Run();
    }

    void IWorkItem.Abandon() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Runs the continuation. By whoever it was scheduled with, once.</summary>
    internal void Run()
    {
        Action<object?> continuation = _continuation!;
        object? state = _state;
        ExecutionContext? flow = _flow;

        // From the call on, the object may be another operation's.
        _continuation = null;
        _state = null;
        _context = null;
        _flow = null;
        if (flow is null) continuation(state);
        else ExecutionContext.Run(flow, static call => ((Call)call!).Make(), new Call(continuation, state));
    }

    /// <summary>Lets the awaiter go on; what it is told has been written before. Once for each operation. The object may be another operation's when this returns.</summary>
    /// <param name="where">Where its code goes on, if it has captured nothing else; <see cref="ContinuationScheduler.Inline"/> is here.</param>
    protected void Complete(ContinuationScheduler where)
    {
        _look?.End();
        if (AwaitPhase<HardwareAtomics>.Complete(ref _phase)) Dispatch(where);
    }

    /// <summary>Makes it ready for another operation.</summary>
    /// <returns>False: its versions are used up.</returns>
    protected bool ResetAwaiter()
    {
        _phase = AwaitPhase<HardwareAtomics>.None;
        return ++Version != default;
    }

    protected void ThrowIfConsumed(short token)
    {
        if (token != Version) ThrowConsumed();
    }

    private void Dispatch(ContinuationScheduler where)
    {
        if (_context is { } context) DispatchTo(context);
        else if (where == ContinuationScheduler.Inline) Run();
        else where.Queue(this);
    }

    /// <remarks>
    /// A context or scheduler that has been shut down refuses. The operation is done all the same, and others may be told after
    /// this one: its code goes on on the pool then, as it does where nothing was captured. But one that has run the code at once
    /// passes on what that threw; it has had its turn then, and the object may be another operation's already.
    /// </remarks>
    private void DispatchTo(object context)
    {
        short version = Version;
        try
        {
            if (context is SchedulerContext own) own.Queue(this);
            else if (context is SynchronizationContext captured) captured.Post(static state => ((Awaitable)state!).Run(), this);
            else Task.Factory.StartNew(static state => ((Awaitable)state!).Run(), this, CancellationToken.None, TaskCreationOptions.DenyChildAttach, (TaskScheduler)context);
        }
        catch (Exception refused) when (refused is not OutOfMemoryException && _continuation is not null && Version == version)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private static void ThrowConsumed() =>
        throw new InvalidOperationException("The operation's ValueTask has been awaited before: it can be awaited once.");

    private static void ThrowAwaited() =>
        throw new InvalidOperationException("The operation's ValueTask is awaited already: it can be awaited once.");

    private static object? CurrentContext()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        if (context is not null && context.GetType() != typeof(SynchronizationContext)) return context;
        TaskScheduler scheduler = TaskScheduler.Current;
        return scheduler != TaskScheduler.Default ? scheduler : null;
    }

    private sealed record Call(Action<object?> Continuation, object? State)
    {
        internal void Make() => Continuation(State);
    }
}
