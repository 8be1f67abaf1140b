using System.Threading.Tasks.Sources;

namespace FastCore.Channels.Waiting;

/// <summary>
/// A <see cref="ManualResetValueTaskSourceCore{TResult}"/> that refuses a second await before that can touch the first one's.
/// </summary>
/// <remarks>
/// By itself it takes the second one's context first, and refuses the continuation only then: the first would go on in a
/// context that is not its own, or the second get an <see cref="InvalidCastException"/>.
/// </remarks>
internal struct AwaitOnceCore<TResult>
{
    private ManualResetValueTaskSourceCore<TResult> _core;

    /// <summary>Only whoever holds the operation's ValueTask comes here, so it needs no atomic access.</summary>
    private bool _isAwaited;

    internal readonly short Version => _core.Version;

    internal bool RunContinuationsAsynchronously
    {
        set => _core.RunContinuationsAsynchronously = value;
    }

    internal ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    internal TResult GetResult(short token) => _core.GetResult(token);

    internal void SetResult(TResult result) => _core.SetResult(result);

    internal void SetException(Exception error) => _core.SetException(error);

    internal void Reset()
    {
        _isAwaited = false;
        _core.Reset();
    }

    /// <exception cref="InvalidOperationException">The operation was awaited before, or its result has been consumed.</exception>
    internal void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_core.Version != token || _isAwaited) ThrowAwaited();
        _isAwaited = true;
        _core.OnCompleted(continuation, state, token, flags);
    }

    private static void ThrowAwaited() =>
        throw new InvalidOperationException("The operation's ValueTask has been awaited before: it can be awaited once.");
}
