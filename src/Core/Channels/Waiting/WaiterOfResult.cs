using System.Threading.Tasks.Sources;

namespace FastCore.Channels.Waiting;

/// <summary>A waiter whose operation yields a <typeparamref name="TResult"/>: the source behind the ValueTask that is awaited.</summary>
/// <remarks>
/// A token is the object's version. It goes up at each reuse, and the object is given up before a version comes again, so
/// a ValueTask that is awaited a second time always gets an <see cref="InvalidOperationException"/> and never another
/// operation's result.
/// </remarks>
internal class Waiter<TResult>(IWaiterOwner owner, WaiterPool<TResult> pool) : Waiter(owner), IValueTaskSource<TResult>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<TResult> _core;

    private TResult? _result;

    private Exception? _error;

    internal WaiterPool<TResult> Pool { get; } = pool;

    internal override bool HasSucceeded => _core.GetStatus(_core.Version) == ValueTaskSourceStatus.Succeeded;

    internal override bool IsSignalled => _core.GetStatus(_core.Version) != ValueTaskSourceStatus.Pending;

    internal short Version => _core.Version;

    /// <summary>Decides it. Under the gate.</summary>
    internal virtual void Succeed(TResult result) => _result = result;

    internal override void Fail(Exception error) => _error = error;

    internal override void Signal(bool inline)
    {
        TResult? result = _result;
        Exception? error = _error;
        AutoResetEvent? parker = Parker;
        _result = default;
        _error = null;
        _core.RunContinuationsAsynchronously = !inline;

        // From here on the awaiter may have consumed it, and it may be another operation's.
        if (error is null) _core.SetResult(result!);
        else _core.SetException(error);
        parker?.Set();
    }

    /// <summary>Makes it ready for another operation. Under the gate.</summary>
    /// <returns>False: its versions are used up.</returns>
    internal virtual bool Reset(short token)
    {
        if (_core.Version != token) ThrowConsumed();
        Parker = null;
        _core.Reset();
        return _core.Version != default;
    }

    /// <summary>Gives the operation up, if nothing has decided it yet; then it leaves nothing behind. By the thread it blocks.</summary>
    internal bool TryAbandon()
    {
        if (!Owner.TryAbandon(this)) return false;
        Owner.Recycle(this, Version, Unwatch());
        return true;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public TResult GetResult(short token)
    {
        // The status is asked first, because only it waits for the one who signals to be done with the object.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending) ThrowPending();
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Owner.Recycle(this, token, Unwatch());
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    private static void ThrowPending() =>
        throw new InvalidOperationException("The operation has not finished: await its ValueTask, or ask IsCompleted first.");

    private static void ThrowConsumed() =>
        throw new InvalidOperationException("The operation's ValueTask has been awaited before: it can be awaited once.");
}
