using System.Diagnostics;
using System.Threading.Tasks.Sources;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Client;

// What the caller awaits: first the response, then reads of its body, one at a time and all by this object, so that none
// allocates. Who awaits on the exchange's reactor goes on there, inside the reactor's callback, which has nothing left to
// do by then; who awaits elsewhere goes on where any task would have taken him.
internal sealed partial class HttpClientExchange : IValueTaskSource<HttpClientResponse>, IValueTaskSource<int>, IThreadPoolWorkItem
{
    private enum Operation : byte
    {
        None,

        /// <summary>The response's head is awaited, or the whole of it.</summary>
        Send,

        /// <summary>More of the body is awaited.</summary>
        Read,
    }

    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private Operation _operation;

    // Of a read: where to, and how much has come.
    private Memory<byte> _into;
    private int _count;

    private Action<object?>? _continuation;
    private object? _continuationState;
    private ExecutionContext? _context;

    // A SynchronizationContext, a TaskScheduler, or null for the thread pool; not looked at if it goes on on the reactor.
    private object? _resumesOn;
    private bool _resumesHere;

    /// <summary>Sends the request. On <paramref name="isHere"/> the caller is on the host's reactor.</summary>
    public ValueTask<HttpClientResponse> Begin(HostPool host, HttpClientRequest request, bool wantsWhole, bool isHere, CancellationToken token)
    {
        Host = host;
        Request = request;
        WantsWhole = wantsWhole;
        AnswersHead = request.KnownMethod == KnownMethod.Head;
        Started = Stopwatch.GetTimestamp();
        BeginObservation();
        _core.Reset();
        _operation = Operation.Send;
        Await(token);
        var version = _core.Version;
        if (isHere) Dispatch();
        else if (!host.Shard.Reactor.TryPost(static exchange => ((HttpClientExchange)exchange!).Dispatch(), this)) FailUnposted();
        return new ValueTask<HttpClientResponse>(this, version);
    }

    private void Dispatch()
    {
        var shard = Host.Shard;
        shard.Requests++;
        EndsAt = shard.RequestMilliseconds < 0 ? long.MaxValue : shard.Reactor.Milliseconds + shard.RequestMilliseconds;
        if (_token.IsCancellationRequested) Fail(new OperationCanceledException(_token));
        else Host.Send(this);
    }

    private void FailUnposted()
    {
        _pool.CountFailure();
        EndObservation(null);
        _failure = new ObjectDisposedException(nameof(HttpConnectionPool), "The pool has been disposed of, or its reactor has stopped.");
        Request.BodyReader?.Complete(_failure);
        _isDetached = true;
        Advance();
    }

    public ValueTask<int> Read(Memory<byte> buffer, int generation, CancellationToken token)
    {
        MarkRead(generation);
        if (token.IsCancellationRequested || buffer.IsEmpty)
        {
            UnmarkRead();
            return token.IsCancellationRequested ? ValueTask.FromCanceled<int>(token) : new ValueTask<int>(0);
        }
        if (_isDetached)
        {
            var rest = ReadRest(buffer.Span);
            UnmarkRead();
            return rest;
        }
        var reactor = Host.Shard.Reactor;
        var isHere = reactor.IsCurrent;
        if (isHere && BufferedLength > 0)
        {
            var count = TakeBuffered(buffer.Span);
            Connection!.BodyTaken(this);
            UnmarkRead();
            return new ValueTask<int>(count);
        }
        _into = buffer;
        _core.Reset();
        Await(token);
        var version = _core.Version;
        if (isHere) StartRead();
        else if (!reactor.TryPost(static exchange => ((HttpClientExchange)exchange!).StartRead(), this)) FailUnpostedRead();
        return new ValueTask<int>(this, version);
    }

    private void MarkRead(int generation)
    {
        var use = Interlocked.CompareExchange(ref _use, generation | ReadMark, generation);
        if (use == generation) return;
        if (use == (generation | ReadMark)) throw new InvalidOperationException("The body is being read. Await the read before the next.");
        throw HttpClientResponse.Gone();
    }

    private void UnmarkRead() => Interlocked.And(ref _use, ~ReadMark);

    /// <summary>No reactor touches it any more.</summary>
    private ValueTask<int> ReadRest(Span<byte> into)
    {
        if (BufferedLength > 0 || _failure == null || _inputHasEnded) return new ValueTask<int>(TakeBuffered(into));
        return ValueTask.FromException<int>(_failure);
    }

    private void StartRead()
    {
        _operation = Operation.Read;
        if (_isDetached)
        {
            Advance();
            return;
        }
        if (_token.IsCancellationRequested)
        {
            Connection!.GiveUp(this, new OperationCanceledException(_token));
            return;
        }
        if (BufferedLength == 0)
        {
            if (_inputHasEnded) Advance();
            return;
        }
        _count = TakeBuffered(_into.Span);
        Connection!.BodyTaken(this);
        Advance();
    }

    private void FailUnpostedRead()
    {
        // The reactor has stopped, and with it all that it did to this.
        SpinWait.SpinUntil(() => _isDetached);
        _operation = Operation.Read;
        Advance();
    }

    private void Await(CancellationToken token)
    {
        _token = token;
        if (token.CanBeCanceled)
            _registration = token.UnsafeRegister(static (exchange, _) => ((HttpClientExchange)exchange!).RequestCancellation(), this);
    }

    // The registration is disposed of, which waits for this, before the operation ends: so the version is the operation's.
    private void RequestCancellation()
    {
        var version = _core.Version;
        Host.Shard.Reactor.TryPost(_ => Cancel(version), null);
    }

    // Before the operation was begun on the reactor there is nothing to end: its begin looks at the token.
    private void Cancel(short version)
    {
        if (_operation == Operation.None || _core.Version != version || _isDetached || !_token.IsCancellationRequested) return;
        var failure = new OperationCanceledException(_token);
        if (Connection is { } connection) connection.GiveUp(this, failure);
        else if (IsWaiting) Host.FailWaiter(this, failure);
    }

    /// <summary>Ends the pending operation if what it waits for is there. The last thing the reactor does to it in a callback.</summary>
    public void Advance()
    {
        switch (_operation)
        {
            case Operation.Send when _isDetached && _failure != null && (WantsWhole || !HasHead):
                Complete(_failure);
                break;
            case Operation.Send when HasHead && (!WantsWhole || _isDetached):
                Complete(null);
                break;
            case Operation.Read when _count > 0 || (_inputHasEnded && !_isDetached):
                Complete(null);
                break;
            case Operation.Read when _isDetached:
                _count = TakeBuffered(_into.Span);
                Complete(_count == 0 && !_inputHasEnded ? _failure : null);
                break;
        }
    }

    private void Complete(Exception? failure)
    {
        _operation = Operation.None;
        _registration.Dispose();
        _registration = default;
        _token = default;
        _into = default;
        if (failure == null) _core.SetResult(_count);
        else _core.SetException(failure);
    }

    HttpClientResponse IValueTaskSource<HttpClientResponse>.GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Succeeded)
        {
            _core.GetResult(token);
            // A second look at the result finds another version.
            _core.Reset();
            return new HttpClientResponse(this, Generation);
        }
        try
        {
            _core.GetResult(token);
            throw new InvalidOperationException("The response has not come. Await it.");
        }
        finally
        {
            if (_core.GetStatus(token) is ValueTaskSourceStatus.Faulted or ValueTaskSourceStatus.Canceled)
            {
                _core.Reset();
                Release(Generation);
            }
        }
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending) throw new InvalidOperationException("The read has not ended. Await it.");
        _count = 0;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            UnmarkRead();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<HttpClientResponse>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<HttpClientResponse>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    private void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _core.GetStatus(token);
        if (_continuation != null) throw new InvalidOperationException("It can be awaited once.");
        _continuation = continuation;
        _continuationState = state;
        _context = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 ? ExecutionContext.Capture() : null;
        _resumesHere = Host.Shard.Reactor.IsCurrent;
        _resumesOn = _resumesHere || (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) == 0 ? null : Surroundings();
        _core.OnCompleted(static exchange => ((HttpClientExchange)exchange!).Resume(), this, token, ValueTaskSourceOnCompletedFlags.None);
    }

    private static object? Surroundings()
    {
        if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext)) return context;
        return TaskScheduler.Current == TaskScheduler.Default ? null : TaskScheduler.Current;
    }

    private void Resume()
    {
        if (_resumesHere)
        {
            // It had ended before it was awaited, and the pool of threads was asked to go on.
            var reactor = Host.Shard.Reactor;
            if (reactor.IsCurrent || !reactor.TryPost(static exchange => ((HttpClientExchange)exchange!).Continue(), this)) Continue();
        }
        else if (_resumesOn is SynchronizationContext context)
        {
            context.Post(static exchange => ((HttpClientExchange)exchange!).Continue(), this);
        }
        else if (_resumesOn is TaskScheduler scheduler)
        {
            Task.Factory.StartNew(static exchange => ((HttpClientExchange)exchange!).Continue(), this, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Continue();

    private void Continue()
    {
        var continuation = _continuation!;
        var state = _continuationState;
        var context = _context;
        _continuation = null;
        _continuationState = null;
        _context = null;
        _resumesOn = null;
        if (context == null) continuation(state);
        else ExecutionContext.Run(context, continuation.Invoke, state);
    }
}
