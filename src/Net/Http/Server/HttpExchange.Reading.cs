using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

// The body's reader for asynchronous handlers: one read at a time, no allocation. A read that has to wait is completed
// by the connection, which then runs the continuation itself, on the reactor, outside its own work on the input.
internal sealed partial class HttpExchange : IValueTaskSource<int>
{
    private const string EndedMessage = "The connection ended before the request's body did.";

    private enum ReadState : byte
    {
        None,
        Pending,
        Completed,
    }

    private ReadState _readState;
    private short _readVersion;
    private int _readCount;
    private Memory<byte> _readInto;
    private Exception? _readFailure;
    private Action<object?>? _continuation;
    private object? _continuationState;
    private ExecutionContext? _continuationContext;
    private CancellationTokenRegistration _readRegistration;

    /// <summary>A read waits for bytes.</summary>
    public bool IsReadPending => _readState == ReadState.Pending;

    /// <summary>A read that waited has ended, and who awaits it is to be told.</summary>
    public bool HasContinuation => _readState == ReadState.Completed && _continuation != null;

    public ValueTask<int> ReadBody(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _scheduler == null ? ReadBodyHere(buffer, cancellationToken) : ReadBodyElsewhere(buffer, Generation, cancellationToken);

    public ValueTask<int> ReadBodyHere(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_readState != ReadState.None) throw new InvalidOperationException("The body is being read. Await the read before the next.");
        if (buffer.IsEmpty) throw new ArgumentException("Give room for at least one byte; zero bytes read means the body's end.", nameof(buffer));
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (IsDecoded && (Decode(default, buffer.Span, out _) is > 0 and var rest)) return new ValueTask<int>(rest);
        if (IsDecoded && !BodyFault.IsNone) return ValueTask.FromException<int>(new HttpRequestRejectedException(BodyFault));
        if (Framing.IsDone) return new ValueTask<int>(0);
        if (IsAborted || !Connection.CanWrite) return ValueTask.FromException<int>(new IOException(EndedMessage));
        var count = Connection.ReadBuffered(this, buffer.Span);
        if (count > 0 || (Framing.IsDone && BodyFault.IsNone)) return new ValueTask<int>(count);
        if (!BodyFault.IsNone) return ValueTask.FromException<int>(new HttpRequestRejectedException(BodyFault));
        SendContinue();
        _readState = ReadState.Pending;
        _readInto = buffer;
        Connection.ReadWaits();
        if (cancellationToken.CanBeCanceled) RegisterRead(cancellationToken);
        return new ValueTask<int>(this, _readVersion);
    }

    private void RegisterRead(CancellationToken cancellationToken)
    {
        var version = _readVersion;
        _readRegistration = cancellationToken.UnsafeRegister(
            (exchange, token) => ((HttpExchange)exchange!).Shard.Reactor.TryPost(_ => CancelRead(version, token), null), this);
    }

    // A read that has ended meanwhile keeps what it got; the version of the next one is another.
    private void CancelRead(short version, CancellationToken cancellationToken)
    {
        if (version != _readVersion) return;
        FailRead(new OperationCanceledException(cancellationToken));
        ContinueRead();
    }

    /// <summary>Reads into <paramref name="output"/> what <paramref name="input"/> holds of the body. A fault is kept in <see cref="BodyFault"/>.</summary>
    public int Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed)
    {
        var written = IsDecoded ? DecodeCoded(input, output, out consumed) : DecodePlain(input, output, out consumed);
        if (consumed > 0)
        {
            NoteBodyBegun();
            Clock.Advance(Shard.Reactor.Milliseconds, consumed);
            if (Framing.IsDone) Connection.NoteBodyEnd();
        }
        return written;
    }

    private int DecodePlain(ReadOnlySpan<byte> input, Span<byte> output, out int consumed)
    {
        consumed = 0;
        var written = 0;
        while (consumed < input.Length && written < output.Length && !Framing.IsDone && BodyFault.IsNone)
        {
            BodyFault = Framing.Read(input[consumed..], output.Length - written, Shard.Limits, out var used, out var data);
            consumed += used;
            BodyLength += data.Length;
            if (BodyFault.IsNone && !Framing.IsRaw && BodyLength > Shard.MaxBody - Framing.Left) BodyFault = new Rejection(413, "The request's body is too large.");
            data.CopyTo(output[written..]);
            written += data.Length;
        }
        return written;
    }

    /// <summary>Gives the pending read what has arrived. Returns how much of the input is used.</summary>
    public int Deliver(ReadOnlySpan<byte> input)
    {
        var count = Decode(input, _readInto.Span, out var consumed);
        if (!BodyFault.IsNone) FailRead(new HttpRequestRejectedException(BodyFault));
        else if (count > 0 || Framing.IsDone) CompleteRead(count);
        return consumed;
    }

    /// <summary>The client sends no more, and all that has come is used: the end of an upgraded connection's input, too early for a body.</summary>
    public void InputEnded(Rejection truncated)
    {
        if (!Framing.IsRaw)
        {
            FailRead(truncated);
            return;
        }
        Framing = default;
        if (_readState == ReadState.Pending) CompleteRead(0);
    }

    /// <summary>Ends the pending read, if there is one, with a fault of the client.</summary>
    public void FailRead(Rejection fault)
    {
        BodyFault = fault;
        FailRead(new HttpRequestRejectedException(fault));
    }

    private void FailRead(Exception failure)
    {
        if (_readState != ReadState.Pending) return;
        _readFailure = failure;
        CompleteRead(0);
    }

    private void CompleteRead(int count)
    {
        _readCount = count;
        _readInto = default;
        _readRegistration.Dispose();
        _readRegistration = default;
        _readState = ReadState.Completed;
    }

    /// <summary>Runs what awaits the read that has ended. The handler may go on, and end, inside.</summary>
    public void ContinueRead()
    {
        if (!HasContinuation) return;
        var continuation = _continuation!;
        var state = _continuationState;
        var context = _continuationContext;
        _continuation = null;
        _continuationState = null;
        _continuationContext = null;
        if (context == null) continuation(state);
        else ExecutionContext.Run(context, continuation.Invoke, state);
    }

    private void ResetRead()
    {
        _readVersion++;
        _readState = ReadState.None;
        _readInto = default;
        _readFailure = null;
        _continuation = null;
        _continuationState = null;
        _continuationContext = null;
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token)
    {
        VerifyRead(token);
        if (_readState == ReadState.Pending) return ValueTaskSourceStatus.Pending;
        return _readFailure == null ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Faulted;
    }

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        VerifyRead(token);
        if (_continuation != null) throw new InvalidOperationException("A read can be awaited once.");
        _continuation = continuation;
        _continuationState = state;
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0) _continuationContext = ExecutionContext.Capture();
        // It ended between the call and the await, which were in two turns; the connection will not come back to it.
        if (_readState == ReadState.Completed) Shard.Reactor.TryPost(static exchange => ((HttpExchange)exchange!).ContinueRead(), this);
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        VerifyRead(token);
        if (_readState != ReadState.Completed) throw new InvalidOperationException("The read has not ended. Await it.");
        var failure = _readFailure;
        var count = _readCount;
        ResetRead();
        if (failure != null) ExceptionDispatchInfo.Throw(failure);
        return count;
    }

    private void VerifyRead(short token)
    {
        if (Shard.ThreadId != Environment.CurrentManagedThreadId) throw new InvalidOperationException("A read of the body may only be awaited on its reactor's thread.");
        if (token != _readVersion) throw new InvalidOperationException("The read has been awaited already, or its request has ended.");
    }
}
