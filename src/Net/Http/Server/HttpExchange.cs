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
    private byte[]? _added;
    private int _addedLength;
    private CancellationTokenSource? _abortion;
    private ValueTask _handler;
    private Action? _onHandlerEnd;
    private bool _mustClose;
    private bool _canContinue;

    public readonly HttpShard Shard = shard;
    public readonly RequestHead Head = new();

    // Set from Begin to Reset.
    private HttpConnection? _connection;
    public Route? Route;
    public Slice RouteValue;
    public int MethodIndex;
    public BodyFraming Framing;
    public BodyClock Clock;
    public long BodyLength;
    public int DrainLeft = MaxDrain;

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

    public bool IsAborted { get; private set; }

    /// <summary>A response has been written.</summary>
    public bool HasResponded { get; private set; }

    /// <summary>The response said that the connection ends after it.</summary>
    public bool Closes { get; private set; }

    public HttpContext Context => new(this, Generation);

    /// <summary>Field lines this exchange adds to its response.</summary>
    public ReadOnlySpan<byte> AddedFields => _added.AsSpan(0, _addedLength);

    public void Begin(HttpConnection connection, ReadOnlySpan<byte> headBytes)
    {
        Debug.Assert(_connection == null, "An exchange serves one request at a time.");
        _connection = connection;
        _headBytes = StableBytes.Of(headBytes);
        Framing = BodyFraming.Of(Head);
        _canContinue = Head.Expectation == Expectation.Continue && Head.HasBody;
    }

    /// <summary>No handle is good any more. What the exchange holds is given back by <see cref="Reset"/>.</summary>
    public void EndHandler()
    {
        Generation++;
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
        RouteValue = default;
        _headBytes = _body = default;
        Framing = default;
        Clock = default;
        BodyLength = 0;
        BodyFault = default;
        DrainLeft = MaxDrain;
        _mustClose = _canContinue = HasResponded = Closes = IsAborted = false;
        _addedLength = 0;
        if (_memory != null) Shard.Buffers.Return(_memory);
        _memory = null;
        _memoryLength = 0;
        if (_added != null) Shard.Buffers.Return(_added);
        _added = null;
        _abortion?.Dispose();
        _abortion = null;
        _handler = default;
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

    // --- Responding ---

    public void AddField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        FieldRules.Verify(name, value);
        if (HasResponded) throw new InvalidOperationException("The response has been written already. Add fields before Respond.");
        AppendField(name);
        AppendField(": "u8);
        AppendField(value);
        AppendField("\r\n"u8);
    }

    private void AppendField(ReadOnlySpan<byte> bytes)
    {
        if (_added == null || _addedLength + bytes.Length > _added.Length)
        {
            var larger = Shard.Buffers.Rent(_addedLength + bytes.Length);
            _added.AsSpan(0, _addedLength).CopyTo(larger);
            if (_added != null) Shard.Buffers.Return(_added);
            _added = larger;
        }
        bytes.CopyTo(_added.AsSpan(_addedLength));
        _addedLength += bytes.Length;
    }

    public void CloseConnection()
    {
        if (HasResponded) throw new InvalidOperationException("The response has been written already. Call CloseConnection before Respond.");
        _mustClose = true;
    }

    public void Respond(PreparedResponse response)
    {
        if (BeginResponse()) ResponseWriter.Write(this, response);
    }

    public void Respond(int status, ReadOnlySpan<byte> body, string contentType)
    {
        VerifyResponse(status, body.Length, contentType);
        if (!BeginResponse()) return;
        ResponseWriter.WriteHead(this, status, contentType, body.Length);
        if (!IsHead && !body.IsEmpty) Connection.Write(body);
    }

    public void Respond(int status, ReadOnlyMemory<byte> body, string contentType)
    {
        VerifyResponse(status, body.Length, contentType);
        if (!BeginResponse()) return;
        ResponseWriter.WriteHead(this, status, contentType, body.Length);
        if (!IsHead && !body.IsEmpty) Connection.Write(body);
    }

    /// <summary>The server's own answer: what the application added does not go with it.</summary>
    public void RespondReason(Rejection rejection, bool close)
    {
        _addedLength = 0;
        _mustClose |= close;
        Span<byte> text = stackalloc byte[rejection.Reason.Length + 1];
        Encoding.ASCII.GetBytes(rejection.Reason, text);
        text[^1] = (byte)'\n';
        Respond(rejection.Status, text, "text/plain");
    }

    /// <summary>The server's own answer without a body, with a field line of its own.</summary>
    public void RespondLine(int status, ReadOnlySpan<byte> fieldLine)
    {
        AppendField(fieldLine);
        Respond(status, default(ReadOnlySpan<byte>), "");
    }

    /// <summary>Tells a client that waits for leave to send its body that it may.</summary>
    public void SendContinue()
    {
        if (!_canContinue || HasResponded) return;
        _canContinue = false;
        if (Connection.CanWrite) Connection.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
    }

    /// <summary>The body has begun to come by itself.</summary>
    public void NoteBodyBegun() => _canContinue = false;

    private static void VerifyResponse(int status, int length, string contentType)
    {
        FieldRules.VerifyStatus(status);
        FieldRules.VerifyContentType(contentType);
        if (length > 0 && StatusLines.HasNoContent(status)) throw new ArgumentException($"A response with status {status} has no body.", nameof(status));
    }

    /// <summary>Decides whether the connection is kept. False if it has ended, and nothing is to be written.</summary>
    private bool BeginResponse()
    {
        if (HasResponded) throw new InvalidOperationException("A request is answered once, and this one has been.");
        HasResponded = true;
        Closes = _mustClose || !Head.IsPersistent || Shard.IsStopping || !CanSkipBody();
        if (Shard.ServerLine.Length > 0) AppendField(Shard.ServerLine);
        if (Closes) AppendField("Connection: close\r\n"u8);
        else if (Head.IsHttp10) AppendField("Connection: keep-alive\r\n"u8);
        return Connection.CanWrite;
    }

    // A client that was not told to go on may send its body or not; where the next request begins can't be known.
    private bool CanSkipBody() =>
        Framing.IsDone || (!_canContinue && BodyFault.IsNone && (Framing.IsChunked || Framing.Left <= MaxDrain));

    // --- The ends of the handler and of the connection ---

    /// <summary>Tells the connection, on the reactor, when the handler has ended.</summary>
    public void AwaitHandler(ValueTask handler)
    {
        _handler = handler;
        handler.GetAwaiter().UnsafeOnCompleted(_onHandlerEnd ??= HandlerEnded);
    }

    private void HandlerEnded()
    {
        // With its reactor gone, there is nothing left to be done, nor a thread to do it on.
        if (Shard.ThreadId == Environment.CurrentManagedThreadId) Connection.HandlerEnded(this, _handler);
    }

    public CancellationToken Aborted
    {
        get
        {
            if (_abortion == null)
            {
                _abortion = new CancellationTokenSource();
                if (IsAborted) _abortion.Cancel();
            }
            return _abortion.Token;
        }
    }

    /// <summary>The connection has ended while the handler runs.</summary>
    public void Abort()
    {
        var generation = Generation;
        IsAborted = true;
        FailRead(new IOException("The connection ended before the request's body did."));
        try
        {
            _abortion?.Cancel();
        }
        catch (AggregateException failures)
        {
            Shard.Report(failures, "A callback of HttpContext.Aborted threw.");
        }
        // The token's callbacks may have ended the handler, and another request may have begun.
        if (generation == Generation) ContinueRead();
    }
}
