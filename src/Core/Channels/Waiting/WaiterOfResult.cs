using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using FastCore.Continuations;

namespace FastCore.Channels.Waiting;

/// <summary>A waiter whose operation yields a <typeparamref name="TResult"/>: the source behind the ValueTask that is awaited.</summary>
/// <remarks>
/// A token is the object's version. It goes up at each reuse, and the object is given up before a version comes again, so
/// a ValueTask that is awaited again later gets an <see cref="InvalidOperationException"/> and never another operation's
/// result. Two threads that await one at the same moment are a mistake that is not caught, as on the stock channels: to
/// catch it would cost every operation a step that only this mistake needs.
/// </remarks>
internal class Waiter<TResult>(IWaiterOwner owner, WaiterPool pool, long selectNumber = 0) : Waiter(owner, pool, selectNumber), IValueTaskSource<TResult>, IValueTaskSource
{
    private TResult? _result;

    private Exception? _error;

    /// <summary>Decides it. Under the gate.</summary>
    internal void Succeed(TResult result)
    {
        if (SelectNumber != 0)
        {
            SucceedCase(result);
            return;
        }

        NoteClaimed();
        _result = result;
    }

    /// <summary>The same, of a select's case.</summary>
    private protected virtual void SucceedCase(TResult result)
    {
    }

    private protected override void SetError(Exception error) => _error = error;

    internal override void Signal(ContinuationScheduler where)
    {
        AutoResetEvent? parker = Parker;
        NoteSignalled();
        Complete(where);
        parker?.Set();
    }

    private protected override bool Reset()
    {
        _result = default;
        _error = null;
        return base.Reset();
    }

    /// <summary>Gives the operation up, if nothing has decided it yet; then it leaves nothing behind. By the thread it blocks.</summary>
    internal bool TryAbandon()
    {
        if (!Owner.TryAbandon(this)) return false;
        EndLook();
        Recycle();
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
        if (!IsSignalled) ThrowUnfinished();
        TResult? result = _result;
        Exception? error = _error;
        Recycle();
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        return result!;
    }

    private static void ThrowUnfinished() =>
        throw new InvalidOperationException("The operation has not finished: await its ValueTask, or ask IsCompleted first.");

    void IValueTaskSource.GetResult(short token) => GetResult(token);
}
