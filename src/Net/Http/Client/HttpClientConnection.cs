using System.Diagnostics;
using System.Net.Sockets;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;
using FastCore.Net.Transport.Tables;
using FastCore.Net.Transport.Tls;

namespace FastCore.Net.Http.Client;

/// <summary>
/// A connection to a host: opened by a <see cref="ConnectAttempt"/>, then idle in its host's pool or with the one exchange
/// it carries.
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
    private long _openedAt;
    private bool _isOver;

    // In the host's list of idle connections.
    public HttpClientConnection? NextIdle { get; set; }
    public HttpClientConnection? PreviousIdle { get; set; }
    public bool IsIdle { get; private set; }

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
    public void Secure() => TlsLayer.StartClient(this, _host.Shard.Buffers, _host.Host.Tls!);

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

    /// <summary>The connection has ended under its exchange: it is sent again if nothing can have come of it, and fails otherwise.</summary>
    private void Lose(Exception? cause)
    {
        var exchange = TakeExchange();
        if (CanWrite) Abort();
        if (_finishesWhenSent)
        {
            // Its response had come; only the rest of the request has not been taken.
            End(exchange, _framing.Trailers, null);
            return;
        }
        if (MayRetry(exchange, cause))
        {
            _host.Retry(exchange);
            return;
        }
        if (cause is SocketException or null)
        {
            var what = _hasHead ? "the response's end" : _anyByte ? "the end of the response's head" : "a response";
            cause = new HttpRequestException(HttpRequestError.ResponseEnded, $"{_host.Host.Address} ended the connection before {what}.", cause);
        }
        End(exchange, null, cause);
    }

    private bool MayRetry(HttpClientExchange exchange, Exception? cause) =>
        !_anyByte && _requests > 1 && cause is SocketException or null && exchange.Retries < HostPool.MaxRetries && !_host.Shard.IsStopping
        && exchange.Request is { IsIdempotent: true, BodyReader: null };

    private HttpClientExchange TakeExchange()
    {
        var exchange = _exchange!;
        if (Lives.AreWatched && !_isOver) _lives.Step(PooledConnectionTable.Release);
        _exchange = null;
        exchange.Connection = null;
        _reader?.CancelPendingRead();
        return exchange;
    }

    private static void End(HttpClientExchange exchange, TrailerFields? trailers, Exception? failure)
    {
        if (exchange.IsAbandoned) exchange.EndAbandoned(failure);
        else exchange.Detach(trailers, failure);
    }

    /// <summary>Ends the exchange with <paramref name="failure"/>, and the connection with it: what it still sends or gets belongs to nobody.</summary>
    public void Drop(HttpClientExchange exchange, Exception failure)
    {
        if (_exchange != exchange) return;
        TakeExchange();
        Abort();
        End(exchange, null, failure);
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

    private void AwaitHead() => AwaitUntil(Math.Min(_exchange!.EndsAt, Reactor.Milliseconds + _host.Shard.HeadersMilliseconds));

    private void AwaitEnd() => AwaitUntil(_exchange!.EndsAt);

    private void AwaitUntil(long milliseconds)
    {
        if (milliseconds == long.MaxValue) ClearDeadline();
        else SetDeadline((int)Math.Max(0, milliseconds - Reactor.Milliseconds));
    }

    protected internal override void OnDeadline()
    {
        if (_attempt != null)
        {
            _attempt.DeadlinePassed(this);
        }
        else if (_exchange is { } exchange)
        {
            var seconds = Stopwatch.GetElapsedTime(exchange.Started).TotalSeconds;
            var what = exchange.EndsAt <= Reactor.Milliseconds ? "the request may take in all" : "its head may take";
            var where = !_isSent ? "the request had not been sent" : _hasHead ? "its body had not ended" : "no head had come";
            Drop(exchange, new TimeoutException($"{_host.Host.Address} took longer for a response than {what}: {where} {seconds:0.000} s after the call."));
        }
        else
        {
            _host.NoLongerIdle(this);
            Close();
        }
    }
}
