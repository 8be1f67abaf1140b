using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using FastCore.Continuations;

namespace FastCore.Channels.Waiting;

/// <summary>A waiter whose operation yields a <typeparamref name="TResult"/>: the source behind the ValueTask that is awaited.</summary>
/// <remarks>
/// A token is the object's version. It goes up at each reuse, and the object is given up before a version comes again, so
/// a ValueTask that is awaited a second time always gets an <see cref="InvalidOperationException"/> and never another
/// operation's result.
/// </remarks>
internal class Waiter<TResult>(IWaiterOwner owner, WaiterPool pool) : Waiter(owner, pool), IValueTaskSource<TResult>, IValueTaskSource
{
    private TResult? _result;

    private Exception? _error;

    internal override bool HasSucceeded => IsSignalled && _error is null;

    /// <summary>Decides it. Under the gate.</summary>
    internal virtual void Succeed(TResult result)
    {
        NoteClaimed();
        _result = result;
    }

    private protected override void SetError(Exception error) => _error = error;

    internal override void Signal(ContinuationScheduler where)
    {
        AutoResetEvent? parker = Parker;
        NoteSignalled();
        Complete(where);
        parker?.Set();
    }

    internal override bool Reset(short token)
    {
        bool reusable = base.Reset(token);
        _result = default;
        _error = null;
        return reusable;
    }

    /// <summary>Gives the operation up, if nothing has decided it yet; then it leaves nothing behind. By the thread it blocks.</summary>
    internal bool TryAbandon()
    {
        if (!Owner.TryAbandon(this)) return false;
        EndLook();
        Owner.Recycle(this, Version, Unwatch());
        return true;
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        ThrowIfConsumed(token);
        if (!IsSignalled) return ValueTaskSourceStatus.Pending;
        return _error switch
        {
            null => ValueTaskSourceStatus.Succeeded,
            OperationCanceledException => ValueTaskSourceStatus.Canceled,
            _ => ValueTaskSourceStatus.Faulted,
        };
    }

    public TResult GetResult(short token)
    {
        ThrowIfConsumed(token);
        if (!IsSignalled) throw new InvalidOperationException("The operation has not finished: await its ValueTask, or ask IsCompleted first.");
        TResult? result = _result;
        Exception? error = _error;
        Owner.Recycle(this, token, Unwatch());
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        return result!;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);
}
