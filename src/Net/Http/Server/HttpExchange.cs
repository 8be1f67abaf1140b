using System.Diagnostics;
using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>
/// One request and its answer: what <see cref="HttpContext"/> shows. Used again for other requests of the same reactor;
/// the generation changes each time, so that a handle which outlives its request is recognised. On the reactor's thread.
/// </summary>
/// <remarks>
/// The head and a body that came whole are read where they arrived as long as the reactor's callback runs. What must
/// live longer (an asynchronous handler, a body that comes in pieces) is first copied into memory of the exchange.
/// </remarks>
internal sealed partial class HttpExchange(HttpShard shard)
{
    // What is left of a body that its handler did not read, and is thrown away so that the connection can be kept.
    public const int MaxDrain = 64 * 1024;

    private StableBytes _headBytes;
    private StableBytes _body;
    private byte[]? _memory;
    private int _memoryLength;
    private CancellationTokenSource? _abortion;
    private bool _isAborted;
    private ValueTask _handler;
    private Action? _onHandlerEnd;

    public readonly HttpShard Shard = shard;
    public readonly RequestHead Head = new();

    // Set from Begin to Reset.
    private HttpConnection? _connection;
    public Route? Route;
    public RouteNode? RouteNode;
    public readonly RouteValues RouteValues = new();
    public int MethodIndex;
    public BodyFraming Framing;
    public BodyClock Clock;
    public long BodyLength;
    public int DrainLeft = MaxDrain;

    /// <summary>When the turn began in which its head was taken, on the clock of the trace's events; zero if tracing was off.</summary>
    public long Started;

    /// <summary>When its head had come, on the clock of <see cref="Stopwatch"/>; zero if no observer wanted to hear of it.</summary>
    public long ObservedFrom;

    /// <summary>Why the rest of the body won't be read.</summary>
    public Rejection BodyFault;

    public int Generation { get; private set; }

    public HttpConnection Connection => _connection!;

    public ReadOnlySpan<byte> HeadBytes => _headBytes.Span;

    public ReadOnlySpan<byte> Body => _body.Span;

    /// <summary>The target's path; a slash where the absolute form has none.</summary>
    public ReadOnlySpan<byte> Path => Head.IsAsterisk ? "*"u8 : Head.Path.Length == 0 ? "/"u8 : Head.Path.Of(HeadBytes);

    public string PathText => Encoding.ASCII.GetString(Path);

    public ReadOnlySpan<byte> Date => Shard.Reactor.HttpDate;

    public bool IsHead => Head.Method == KnownMethod.Head;

    public bool IsAborted => Volatile.Read(ref _isAborted);

    public HttpContext Context => new(this, Generation);

    public void Begin(HttpConnection connection, ReadOnlySpan<byte> headBytes)
    {
        Debug.Assert(_connection == null, "An exchange serves one request at a time.");
        _connection = connection;
        _headBytes = StableBytes.Of(headBytes);
        Framing = BodyFraming.Of(Head);
        Started = Shard.Reactor.TurnStarted;
        ObservedFrom = Shard.IsObserved ? Stopwatch.GetTimestamp() : 0;
        _canContinue = Head.Expectation == Expectation.Continue && Head.HasBody;
    }

    /// <summary>No handle is good any more. What the exchange holds is given back by <see cref="Reset"/>.</summary>
    public void EndHandler()
    {
        Generation++;
        ResponseBody?.Aborted();
        if (_readState == ReadState.None) return;
        FailRead(new ObjectDisposedException(nameof(HttpContext), HttpContext.StaleMessage));
        ContinueRead();
        ResetRead();
    }

    public void Reset()
    {
        EndHandler();
        _connection = null;
        Route = null;
        RouteNode = null;
        RouteValues.Cut(0);
        _headBytes = _body = default;
        Framing = default;
        Clock = default;
        BodyLength = ResponseLength = Status = 0;
        BodyFault = default;
        DrainLeft = MaxDrain;
        _mustClose = _canContinue = HasResponded = Closes = _isAborted = KeepsContent = false;
        _addedLength = 0;
        if (_memory != null) Shard.Buffers.Return(_memory);
        _memory = null;
        _memoryLength = 0;
        if (_added != null) Shard.Buffers.Return(_added);
        _added = null;
        // One that was not cancelled serves the next request; what was registered with it is gone.
        if (_abortion?.TryReset() == false)
        {
            _abortion.Dispose();
            _abortion = null;
        }
        _handler = default;
        ForgetForwarded();
        ResetStream();
        ResetDecoding();
        ResetOffload();
    }

    // --- Memory of its own ---

    /// <summary>Copies the head, so that it outlives the callback it came in.</summary>
    public void Detach()
    {
        if (_memory != null) return;
        var bytes = _headBytes.Span;
        _memory = Shard.Buffers.Rent(bytes.Length);
        bytes.CopyTo(_memory);
        _memoryLength = bytes.Length;
        PointAtMemory();
    }

    /// <summary>Copies the head and what has come of the body, so that they outlive the callback they came in.</summary>
    private void DetachWhole()
    {
        var body = _body.Span;
        if (_memory != null) return;
        Detach();
        if (body.IsEmpty) return;
        BodyLength = 0;
        Gather(body);
    }

    /// <summary>Appends to the body that is gathered behind the detached head.</summary>
    public void Gather(ReadOnlySpan<byte> data)
    {
        var memory = _memory!;
        if (_memoryLength + data.Length > memory.Length)
        {
            var larger = Shard.Buffers.Rent(_memoryLength + data.Length);
            memory.AsSpan(0, _memoryLength).CopyTo(larger);
            Shard.Buffers.Return(memory);
            _memory = memory = larger;
        }
        data.CopyTo(memory.AsSpan(_memoryLength));
        _memoryLength += data.Length;
        BodyLength += data.Length;
        PointAtMemory();
    }

    private void PointAtMemory()
    {
        _headBytes = StableBytes.Of(_memory.AsSpan(0, Head.Length));
        _body = StableBytes.Of(_memory.AsSpan(Head.Length, _memoryLength - Head.Length));
    }

    /// <summary>The body came whole, in the callback that the handler runs in.</summary>
    public void SetBody(ReadOnlySpan<byte> body)
    {
        _body = StableBytes.Of(body);
        BodyLength = body.Length;
        Framing = default;
    }

    // --- The ends of the handler and of the connection ---

    /// <summary>Tells the connection, on the reactor, when the handler has ended.</summary>
    public void AwaitHandler(ValueTask handler)
    {
        _handler = handler;
        handler.GetAwaiter().UnsafeOnCompleted(_onHandlerEnd ??= HandlerEnded);
    }

    private void HandlerEnded()
    {
        if (Shard.ThreadId == Environment.CurrentManagedThreadId) Connection.HandlerEnded(this, _handler);
        else EndWithoutReactor();
    }

    /// <remarks>
    /// A handler on the scheduler asks for it while the reactor may <see cref="Abort"/>. The one shows the source and then
    /// looks whether the connection has ended, the other says that it has and then looks for the source; with a fence between
    /// the two on both sides at least one of them sees the other, and cancels.
    /// </remarks>
    public CancellationToken Aborted
    {
        get
        {
            if (_abortion == null)
            {
                Interlocked.CompareExchange(ref _abortion, new CancellationTokenSource(), null);
                if (IsAborted) _abortion.Cancel();
            }
            return _abortion.Token;
        }
    }

    /// <summary>The connection has ended while the handler runs.</summary>
    public void Abort()
    {
        var generation = Generation;
        Interlocked.Exchange(ref _isAborted, true);
        FailRead(new IOException(EndedMessage));
        try
        {
            _abortion?.Cancel();
        }
        catch (AggregateException failures)
        {
            Shard.Report(failures, "A callback of HttpContext.Aborted threw.");
        }
        // Each of these may end the handler, and another request may begin.
        if (generation == Generation) ResponseBody?.Aborted();
        if (generation == Generation) ContinueRead();
    }
}
