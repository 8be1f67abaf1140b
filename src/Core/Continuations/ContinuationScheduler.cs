namespace FastCore.Continuations;

/// <summary>Where the code behind an <c>await</c> goes on, when the operation it waited for is done.</summary>
/// <remarks>
/// An <c>await</c> that captured a synchronisation context or a task scheduler goes on there, whatever this says; as it does
/// not, if it was told so by <c>ConfigureAwait(false)</c>, this decides.
/// </remarks>
public abstract class ContinuationScheduler
{
    /// <summary>
    /// On the thread pool; never inside another caller's operation. Pieces of work that are short, and wake each other, follow
    /// each other on one of its threads instead of going through its queue.
    /// </summary>
    public static ContinuationScheduler ThreadPool { get; } = new PoolScheduler();

    /// <summary>
    /// Inside the operation that let it go on, after that has taken effect: at most one of those that wait on the channel,
    /// others on the thread pool.
    /// What <see cref="System.Threading.Channels.ChannelOptions.AllowSynchronousContinuations"/> asks for.
    /// </summary>
    public static ContinuationScheduler Inline { get; } = new PoolScheduler();

    /// <summary>On a task scheduler.</summary>
    /// <exception cref="ArgumentNullException">The scheduler is null.</exception>
    public static ContinuationScheduler From(TaskScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return new TaskContinuations(scheduler);
    }

    /// <summary>Runs the action, soon and once, and not inside this call. Called by whatever thread ends an operation; must not throw.</summary>
    public abstract void Schedule(Action<object?> action, object? state);

    /// <summary>This, if it is not <see cref="Inline"/>.</summary>
    internal ContinuationScheduler NotHere => this == Inline ? ThreadPool : this;

    /// <summary>The same without an object for the action.</summary>
    internal virtual void Queue(Awaitable continuation) => Schedule(static state => ((Awaitable)state!).Run(), continuation);

    private sealed class PoolScheduler : ContinuationScheduler
    {
        public override void Schedule(Action<object?> action, object? state) =>
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: true);

        internal override void Queue(Awaitable continuation) => Relay.Queue(continuation);
    }

    private sealed class TaskContinuations(TaskScheduler scheduler) : ContinuationScheduler
    {
        public override void Schedule(Action<object?> action, object? state) =>
            Task.Factory.StartNew(action, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
    }
}
