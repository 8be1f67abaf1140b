using System.Diagnostics;
using System.Net;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tables;
using FastCore.Net.Transport.Tls;

namespace FastCore.Net.Http.Server;

/// <summary>
/// A client's connection. Takes requests out of the input where it lies, one after the other, and has them answered in
/// order; all answers to one piece of input leave together.
/// </summary>
/// <remarks>
/// <para>Phases: Head → (no body, or it came whole) Head; Head → Gather → Head for a body that its handler wants whole;
/// Head → Ready → Running → Head for an asynchronous handler, or one on the scheduler; from Running, or after an answer given without the handler,
/// Drain → Head when a part of the body is left over.</para>
/// <para>What can't be used yet is kept in _input. An idle connection keeps nothing. Handlers run inside Process only if
/// they don't read the input; those that do run from Pump, when all input lies in _input and nobody else looks at it.</para>
/// </remarks>
internal sealed partial class HttpConnection(HttpShard shard, ServedEndPoint? place = null) : Connection
{
    private enum Phase : byte
    {
        /// <summary>A request is awaited, or its head has begun.</summary>
        Head,

        /// <summary>A body is gathered for a handler that wants it whole.</summary>
        Gather,

        /// <summary>A handler that reads the body itself is to be started.</summary>
        Ready,

        /// <summary>A handler is under way that is asynchronous or runs on the scheduler. What follows its request waits.</summary>
        Running,

        /// <summary>The answer is written; the rest of the request's body is thrown away.</summary>
        Drain,
    }

    // Above this much unsent output no further request is taken up.
    private const int MaxUnsent = 256 * 1024;

    // Above this much unread input nothing more is received while a handler is under way.
    private const int MaxUnread = 64 * 1024;

    private readonly HttpShard _shard = shard;

    // The request in work, unless it begins and ends inside one call.
    private HttpExchange? _exchange;

    // What has arrived and waits.
    private ByteBacklog _input;

    // With this much input of a head that has not ended, parsing again finds a limit passed. Zero: none has begun.
    private int _limitAt;

    // What is known of the client, if somebody has asked.
    private ConnectionClient? _client;

    // Counted among the server's connections.
    private bool _isCounted;
    private int _requests;

    private Phase _phase;
    private Deadline _deadlineKind;
    private bool _isPumping;
    private bool _isPaused;
    private bool _isHeldBack;
    private bool _peerIsDone;

    private int InputLength => _input.Length;

    /// <summary>No request has begun: empty lines, which some clients send behind a body, are none (RFC 9112 §2.2).</summary>
    private bool IsIdle => _phase == Phase.Head && (InputLength == 0 || RequestParser.IsEmptyLines(_input.Bytes));

    protected internal override void OnOpened()
    {
        _shard.Connections++;
        if (_shard.AcceptRate?.TryTake() == false) TurnAway(TooMuchAtOnce);
        else if (_shard.ConnectionLimits is { } limits && !(_isCounted = limits.TryEnter())) TurnAway(TooMany);
        else if (place is { HasProxies: true }) ComeThroughProxy();
        else Begin(null);
    }

    /// <summary>Who the client is, is known: it may speak now, unless it has too many connections.</summary>
    /// <param name="client">Who, if it is not the peer.</param>
    private void Begin(IPEndPoint? client)
    {
        if (client != null) _client = new ConnectionClient { EndPoint = client };
        if (_shard.ConnectionLimits is { CountsAddresses: true } limits)
        {
            _client ??= new ConnectionClient { EndPoint = RemoteEndPoint };
            if (!(_client.IsCounted = limits.TryEnterFrom(_client.EndPoint?.Address)))
            {
                TurnAway(TooMany);
                return;
            }
        }
        if (place?.Certificates is not { } certificates)
        {
            Settle();
            return;
        }
        SetDeadline(certificates.HandshakeMilliseconds);
        _deadlineKind = Deadline.Handshake;
        TlsLayer.StartServer(this, _shard.Buffers, _shard.Handshakes!, certificates.Callback);
    }

    // An answer over TLS would cost a handshake, which is what is to be spared.
    private void TurnAway(Rejection why)
    {
        if (!IsSecure) Refuse(null, why);
        else Abort();
    }

    private static Rejection TooMany => new(503, "This server has too many connections.");

    private static Rejection TooMuchAtOnce => new(503, "This server gets too many connections at once.");

    /// <summary>Counts a request; false if it is the last that the connection carries.</summary>
    public bool CountRequest() => ++_requests < _shard.MaxRequestsPerConnection;

    private protected override void OnSecured()
    {
        _deadlineKind = Deadline.None;
        Settle();
    }

    /// <summary>Whom the requests come from: the peer, or whom a proxy has told of. Null if it has gone, or has no IP address.</summary>
    public IPEndPoint? ClientEndPoint => _client?.EndPoint ?? RemoteEndPoint;

    /// <summary>The client's address as text, made when it is first asked for.</summary>
    public ReadOnlySpan<byte> RemoteAddressText =>
        (_client ??= new ConnectionClient()).AddressText ??= System.Text.Encoding.ASCII.GetBytes(ClientEndPoint?.Address.ToString() ?? "-");

    public bool IsOverUnixSocket => place is { IsUnix: true };

    /// <summary>It speaks TLS.</summary>
    public bool IsSecure => place?.Certificates != null;

    protected internal override void OnReceived(ReadOnlySpan<byte> data)
    {
        Debug.Assert(!_isPumping, "Input does not arrive inside its own handling.");
        if (_deadlineKind == Deadline.ProxyHeader)
        {
            TakeProxyHeader(data);
            return;
        }
        _isPumping = true;
        if (InputLength == 0)
        {
            var consumed = Process(data);
            if (consumed < data.Length) Keep(data[consumed..]);
        }
        else
        {
            var known = InputLength;
            Keep(data);
            if (_phase != Phase.Head || IsWorthParsing(known, data)) ProcessInput();
        }
        Pump();
    }

    protected internal override void OnDrained()
    {
        if (_phase == Phase.Running) _exchange!.ResponseBody?.Drained();
        if (!_isHeldBack) return;
        _isHeldBack = false;
        Resume();
    }

    protected internal override void OnPeerFinished()
    {
        _peerIsDone = true;
        if (_deadlineKind == Deadline.ProxyHeader)
        {
            Abort();
            return;
        }
        if (_phase == Phase.Running && InputLength == 0 && !_exchange!.Framing.IsDone) _exchange.InputEnded(Truncated);
        Resume();
    }

    protected internal override void OnClosed(CloseReason reason)
    {
        ReleaseInput();
        if (_exchange is { } exchange)
        {
            // Under way, its handler gives it back when it ends.
            if (_phase == Phase.Running)
            {
                if (Lives.AreWatched) _lives.Step(exchange.IsOffloaded ? RequestTable.OrphanOffloaded : RequestTable.Orphan);
                exchange.Abort();
            }
            else
            {
                Release(exchange);
            }
        }
        if (_client is { IsCounted: true }) _shard.ConnectionLimits!.LeaveFrom(_client.EndPoint?.Address);
        if (_isCounted) _shard.ConnectionLimits!.Leave();
        _shard.ConnectionClosed();
    }

    /// <summary>Ends the connection unless a request has begun on it.</summary>
    public void CloseIfIdle()
    {
        if ((IsIdle || (_phase == Phase.Head && _deadlineKind == Deadline.ProxyHeader)) && CanWrite) Close();
    }

    private static Rejection Truncated => Rejection.BadRequest("The connection was ended by the client before the request was complete.");

    /// <summary>Goes on with what waits, after something it waited for has happened.</summary>
    private void Resume()
    {
        if (_isPumping) return;
        _isPumping = true;
        if (CanWrite) ProcessInput();
        Pump();
    }

    private void Pump()
    {
        while (CanWrite)
        {
            if (_phase == Phase.Ready) Start(_exchange!);
            else if (_phase == Phase.Running && _exchange!.HasContinuation) _exchange.ContinueRead();
            else break;
            ProcessInput();
        }
        _isPumping = false;
        NoteAnsweredAtOnce();
        Settle();
    }

    private void ProcessInput()
    {
        if (InputLength == 0) return;
        var consumed = Process(_input.Bytes);
        Skip(consumed);
    }

    /// <summary>Takes what can be taken now. Returns how much that is.</summary>
    private int Process(ReadOnlySpan<byte> data)
    {
        var total = 0;
        while (total < data.Length && CanWrite)
        {
            var rest = data[total..];
            int consumed;
            switch (_phase)
            {
                case Phase.Head when QueuedBytes > MaxUnsent:
                    _isHeldBack = true;
                    return total;
                case Phase.Head:
                    consumed = TakeHead(rest);
                    break;
                case Phase.Gather:
                    consumed = Gather(rest);
                    break;
                case Phase.Drain:
                    consumed = Drain(rest);
                    break;
                case Phase.Running when _exchange!.IsReadPending:
                    return total + _exchange.Deliver(rest);
                default:
                    return total;
            }
            if (consumed == 0) return total;
            total += consumed;
        }
        // What a closing connection still gets is of no use.
        return CanWrite ? total : data.Length;
    }

    // --- Input that waits ---

    // Without another LF the parser can't say more, so a client that sends single bytes costs a copy, not a parse.
    private bool IsWorthParsing(int known, ReadOnlySpan<byte> data) =>
        known <= RequestParser.MaxEmptyLineBytes || InputLength >= _limitAt || data.Contains((byte)'\n');

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (CanWrite) _input.Append(data, _shard.Buffers);
    }

    private void Skip(int count) => _input.Skip(count, _shard.Buffers);

    private void ReleaseInput() => _input.Clear(_shard.Buffers);

    // --- Where it stands at the end of a callback ---

    private void Settle()
    {
        if (!CanWrite)
        {
            ReleaseInput();
            return;
        }
        switch (_phase)
        {
            case Phase.Head when _isHeldBack:
                Await(Deadline.None);
                SetPaused(true);
                return;
            case Phase.Head when IsIdle:
                if (_peerIsDone || _shard.IsStopping) Close();
                else Await(Deadline.NextRequest);
                break;
            case Phase.Running:
                Await(_exchange!.IsReadPending && !_exchange.Framing.IsRaw ? Deadline.Body : Deadline.None);
                SetPaused(InputLength > MaxUnread);
                return;
            default:
                if (_peerIsDone) Refuse(_exchange, Truncated);
                else Await(_phase == Phase.Head ? Deadline.Head : Deadline.Body);
                break;
        }
        SetPaused(false);
    }

    private void SetPaused(bool pause)
    {
        if (pause == _isPaused) return;
        _isPaused = pause;
        if (pause) PauseReceive();
        else ResumeReceive();
    }
}
