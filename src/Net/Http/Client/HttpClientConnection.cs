using System.Diagnostics;
using System.Net.Sockets;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;
using FastCore.Net.Transport.Tables;
using FastCore.Net.Transport.Tls;

namespace FastCore.Net.Http.Client;

/// <summary>
/// A connection to a host: opened by a <see cref="ConnectAttempt"/>, then idle in its host's pool or with the exchange
/// it carries, and with pipelining those behind it.
/// </summary>
/// <remarks>
/// <para>Every callback ends with the exchange that has come forward or ended (<see cref="HttpClientExchange.Advance"/>),
/// because whoever awaits it goes on inside, and may give this connection its next request.</para>
/// <para>It is used again only if its response ended where the bytes that have come ended, its request has been sent whole,
/// and both sides want to keep it.</para>
/// </remarks>
internal sealed partial class HttpClientConnection(HostPool host, ConnectAttempt attempt) : Connection
{
    private readonly HostPool _host = host;

    // Until the connection is established; null then.
    private ConnectAttempt? _attempt = attempt;
    private HttpClientExchange? _exchange;
    private int _requests;

    // Responses that have ended on it.
    private int _answers;

    // When the exchange will have taken too long, on the reactor's clock.
    private long _dueAt;
    private long _openedAt;
    private bool _isOver;

    // In the host's list of idle connections, or of those with room for another request.
    public HttpClientConnection? NextListed { get; set; }
    public HttpClientConnection? PreviousListed { get; set; }
    public bool IsIdle { get; private set; }
    public bool IsRoomy { get; set; }

    public void BecomeIdle(bool isIdle)
    {
        if (Lives.AreWatched) _lives.Step(isIdle ? PooledConnectionTable.Keep : PooledConnectionTable.Take);
        IsIdle = isIdle;
    }

    public bool HasCarried => _requests > 0;

    /// <summary>How long it may be kept idle; not positive if it is too old for another request.</summary>
    public int MillisecondsToKeep
    {
        get
        {
            var shard = _host.Shard;
            if (shard.LifetimeMilliseconds < 0) return shard.IdleMilliseconds;
            return (int)Math.Min(shard.IdleMilliseconds, _openedAt + shard.LifetimeMilliseconds - Reactor.Milliseconds);
        }
    }

    // --- Opening ---

    protected internal override void OnOpened() => _attempt!.Opened(this);

    /// <summary>Begins TLS; <see cref="OnSecured"/> or the connection's end tells how it went.</summary>
    public void Secure() => TlsLayer.StartClient(this, _host.Shard.Buffers, _host.Shard.Handshakes, _host.Host.Tls!);

    private protected override void OnSecured() => _attempt?.Established(this);

    private protected override void OnInsecure(Exception failure) => _attempt?.Insecure(failure);

    /// <summary>It can carry requests.</summary>
    public void Establish()
    {
        if (Lives.AreWatched) _lives.Step(PooledConnectionTable.Establish);
        _attempt = null;
        _openedAt = Reactor.Milliseconds;
        ClearDeadline();
    }

    // --- Its end ---

    protected internal override void OnPeerFinished()
    {
        if (_attempt != null)
        {
            Close();
            return;
        }
        if (_exchange == null)
        {
            _host.NoLongerIdle(this);
            Close();
            return;
        }
        if (_isUpgraded)
        {
            _exchange.EndInput();
            return;
        }
        if (_hasHead && _framing.IsRaw)
        {
            // The body ends where the connection does.
            _framing = default;
            _endsHere = true;
            Finish();
            return;
        }
        Lose(null);
    }

    protected internal override void OnClosed(CloseReason reason)
    {
        ReleaseInput();
        _drained?.TrySetResult();
        if (_attempt is { } attempt)
        {
            if (Lives.AreWatched) _lives.Step(PooledConnectionTable.Fail);
            attempt.Closed(this, reason);
            return;
        }
        _host.Closed(this);
        _isOver = true;
        if (Lives.AreWatched) _lives.Step(_exchange != null ? PooledConnectionTable.Lose : PooledConnectionTable.End);
        if (_exchange != null) Lose(Cause(reason));
    }

    /// <summary>Why it ended, as an exception.</summary>
    public Exception Cause(CloseReason reason) => reason switch
    {
        CloseReason.ReactorStopped => new ObjectDisposedException(nameof(HttpConnectionPool), "The pool was disposed of, or its reactor was stopped."),
        CloseReason.TlsFailed => new HttpRequestException(HttpRequestError.SecureConnectionError, $"{_host.Host.Address} broke the rules of TLS."),
        CloseReason.SendStalled => new TimeoutException($"{_host.Host.Address} has taken nothing of the request for too long."),
        _ => new SocketException(Error == 0 ? (int)SocketError.ConnectionReset : (int)Errno.ToSocketError(Error)),
    };

    /// <summary>The connection has ended under its exchanges: one is sent again if nothing can have come of it, and fails otherwise.</summary>
    private void Lose(Exception? cause)
    {
        var exchange = TakeExchange();
        if (CanWrite) Abort();
        ExchangeQueue again = default, lost = default;
        var isSentAgain = !_anyByte && !exchange.IsAbandoned && MayRetry(exchange, cause);
        if (isSentAgain) again.AddLast(exchange);
        SortBehind(cause, ref again, ref lost);
        var isAwaited = false;
        if (!isSentAgain)
        {
            // Of one that finishes when it is sent the response had come; only the rest of the request has not been taken.
            isAwaited = _finishesWhenSent
                ? Settle(exchange, _framing.Trailers, null)
                : Settle(exchange, null, cause is SocketException or null ? Early(cause, _hasHead ? "the response's end" : _anyByte ? "the end of the response's head" : "a response") : cause);
        }
        _host.Retry(ref again);
        Fail(ref lost, cause is SocketException or null ? Early(cause) : cause);
        if (isAwaited) exchange.Advance();
    }

    private HttpRequestException Early(Exception? cause, string what = "a response") => new(HttpRequestError.ResponseEnded, $"{_host.Host.Address} ended the connection before {what}.", cause);

    private bool MayRetry(HttpClientExchange exchange, Exception? cause) =>
        _answers > 0 && cause is SocketException or null && exchange.Retries < HostPool.MaxRetries && !_host.Shard.IsStopping
        && exchange.Request is { IsIdempotent: true, BodyReader: null };

    private HttpClientExchange TakeExchange(bool goesOn = false)
    {
        var exchange = _exchange!;
        if (Lives.AreWatched && !_isOver) _lives.Step(goesOn ? PooledConnectionTable.Answer : PooledConnectionTable.Release);
        _exchange = null;
        exchange.Connection = null;
        _reader?.CancelPendingRead();
        return exchange;
    }

    /// <summary>
    /// Ends the exchange, which has no connection any more, but for telling its caller; whether there is one to be told. It comes before anybody
    /// else is told: whoever is may go on to read this one, and must find it on a connection or ended.
    /// </summary>
    private static bool Settle(HttpClientExchange exchange, TrailerFields? trailers, Exception? failure)
    {
        if (!exchange.IsAbandoned) return exchange.Settle(trailers, failure);
        exchange.EndAbandoned(failure);
        return false;
    }

    /// <summary>Ends the exchange with <paramref name="failure"/>, and the connection with it: what it still sends or gets belongs to nobody. Those behind it go elsewhere.</summary>
    public void Drop(HttpClientExchange exchange, Exception failure)
    {
        if (_exchange != exchange) return;
        TakeExchange();
        Abort();
        var isAwaited = Settle(exchange, null, failure);
        RetireBehind();
        if (isAwaited) exchange.Advance();
    }

    private void Refuse(HttpRequestError error, string why) => Drop(_exchange!, new HttpRequestException(error, $"The response of {_host.Host.Address} is refused: {why}"));

    /// <summary>The pool is being disposed of.</summary>
    public void Stop(ClientShard shard)
    {
        if (_host.Shard != shard) return;
        if (_attempt != null)
        {
            Abort();
        }
        else if (_exchange != null)
        {
            Drop(_exchange, Cause(CloseReason.ReactorStopped));
        }
        else
        {
            _host.NoLongerIdle(this);
            Close();
        }
    }

    // --- Deadlines ---

    /// <summary>Sets the deadline of a connection that has become idle.</summary>
    public void AwaitUse(int milliseconds) => SetDeadline(milliseconds);

    private void AwaitHead() => AwaitUntil(Math.Min(_exchange!.EndsAt, _exchange.HeadBy));

    private void AwaitEnd() => AwaitUntil(_exchange!.EndsAt);

    /// <summary>Says when the exchange will have taken too long. Those behind it are watched too.</summary>
    private void AwaitUntil(long milliseconds)
    {
        _dueAt = milliseconds;
        var next = Math.Min(milliseconds, DueBehind);
        if (next == long.MaxValue) ClearDeadline();
        else SetDeadline((int)Math.Max(0, next - Reactor.Milliseconds));
    }

    protected internal override void OnDeadline()
    {
        if (_attempt != null)
        {
            _attempt.DeadlinePassed(this);
            return;
        }
        if (_exchange == null)
        {
            _host.NoLongerIdle(this);
            Close();
            return;
        }
        // Whoever is told goes on inside, and may end the connection.
        while (_exchange is { } exchange && CanWrite && Math.Min(_dueAt, DueBehind) <= Reactor.Milliseconds)
        {
            if (_dueAt <= Reactor.Milliseconds) GiveUp(exchange, Late(exchange));
            else if (FirstBehind is { } behind) GiveUp(behind, Late(behind));
        }
        if (_exchange != null && CanWrite) AwaitUntil(_dueAt);
    }

    private TimeoutException Late(HttpClientExchange exchange)
    {
        var seconds = Stopwatch.GetElapsedTime(exchange.Started).TotalSeconds;
        var what = exchange.EndsAt <= Reactor.Milliseconds ? "the request may take in all" : "its head may take";
        var where = exchange == _exchange && !_isSent ? "the request had not been sent" : exchange.HasHead ? "its body had not ended" : "no head had come";
        return new TimeoutException($"{_host.Host.Address} took longer for a response than {what}: {where} {seconds:0.000} s after the call.");
    }
}
