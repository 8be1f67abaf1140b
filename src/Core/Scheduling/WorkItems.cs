using System.Runtime.ExceptionServices;

namespace FastCore.Scheduling;

/// <summary>Work that somebody may wait for: it is not dropped when the scheduler is, but goes on on the thread pool.</summary>
internal abstract class LastingItem : IWorkItem, IThreadPoolWorkItem
{
    public abstract void Execute();

    void IWorkItem.Abandon() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}

/// <summary>A delegate, in a report named by its method.</summary>
internal interface IDelegateItem
{
    Delegate Delegate { get; }

    /// <summary>What it is called with, where that says more than the delegate: the async method that goes on.</summary>
    object? State => null;
}

internal sealed class ActionItem(Action action) : IWorkItem, IDelegateItem
{
    public Delegate Delegate => action;

    public void Execute() => action();
}

internal sealed class StateItem<TState>(Action<TState> action, TState state) : IWorkItem, IDelegateItem
{
    public Delegate Delegate => action;

    public void Execute() => action(state);
}

/// <summary>What goes on after an <c>await</c>.</summary>
internal sealed class ContinuationItem(Action<object?> continuation, object? state) : LastingItem, IDelegateItem
{
    public Delegate Delegate => continuation;

    public object? State => state;

    public override void Execute() => continuation(state);
}

/// <summary>A posted callback.</summary>
internal sealed class PostedItem(SendOrPostCallback callback, object? state) : LastingItem, IDelegateItem
{
    public Delegate Delegate => callback;

    public object? State => state;

    public override void Execute() => callback(state);
}

/// <summary>A callback whose sender waits.</summary>
internal sealed class SentItem(SendOrPostCallback callback, object? state) : LastingItem, IDisposable
{
    private readonly ManualResetEventSlim _done = new();

    private ExceptionDispatchInfo? _failure;

    public override void Execute()
    {
        try
        {
            callback(state);
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }

        _done.Set();
    }

    public void Dispose() => _done.Dispose();

    /// <summary>Waits until it has run, and throws what it threw.</summary>
    internal void Wait()
    {
        _done.Wait();
        _failure?.Throw();
    }
}
