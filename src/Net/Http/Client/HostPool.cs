using System.Diagnostics;

namespace FastCore.Net.Http.Client;

/// <summary>
/// The connections of one reactor to one host, and the line of requests that wait for one. On the reactor's thread.
/// </summary>
/// <remarks>
/// <para>Invariant: while a request waits no connection is idle, and as many connections are being opened as requests wait, or
/// as many as may be. A connection that becomes free goes to whoever has waited longest, whichever connection was opened
/// for him.</para>
/// <para>With pipelining a connection that answers requests has room for more of them, once no other may be opened. Whoever has
/// waited longest takes it, if his request may share a connection; while he waits nobody behind him does, or the
/// connections would never become free for him.</para>
/// </remarks>
internal sealed class HostPool(ClientShard shard, HttpClientHost host)
{
    /// <summary>How often a request is sent again before its connections' early end is held to be its own fault.</summary>
    public const int MaxRetries = 3;

    // The one that was used last is used first, so that those not needed grow old.
    private ConnectionList _idle;

    // Those that had room for one request more when they were last looked at.
    private ConnectionList _roomy;
    private ExchangeQueue _waiters;
    private int _connections;
    private int _connecting;

    public ClientShard Shard { get; } = shard;

    public HttpClientHost Host { get; } = host;

    public bool HasWaiters => _waiters.Count > 0;

    /// <summary>Sends the exchange's request on an idle connection, or has it wait for one.</summary>
    public void Send(HttpClientExchange exchange)
    {
        if (Shard.IsStopping)
        {
            exchange.Fail(new ObjectDisposedException(nameof(HttpConnectionPool), "The pool has been disposed of."));
        }
        else if (TakeIdle() is { } connection)
        {
            if (connection.HasCarried) Shard.Reuses++;
            connection.Start(exchange);
            NoteRoom(connection);
        }
        else if (_waiters.Count == 0 && FindRoom(exchange) is { } shared)
        {
            Share(shared, exchange);
        }
        else if (_waiters.Count >= Shard.Options.MaxWaiters)
        {
            exchange.Fail(new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, $"No request for {Host.Address} may wait any more (MaxWaiters): {Load}."));
        }
        else
        {
            Shard.Waits++;
            exchange.WaitsSince = Stopwatch.GetTimestamp();
            Enqueue(exchange, isFirst: false);
            OpenConnections();
        }
    }

    /// <summary>Sends them again in their order, before those that wait.</summary>
    public void Retry(ref ExchangeQueue exchanges)
    {
        Shard.Retries += exchanges.Count;
        while (exchanges.First is { } first && TakeIdle() is { } connection)
        {
            exchanges.Remove(first);
            first.Retries++;
            connection.Start(first);
        }
        while (exchanges.Last is { } last)
        {
            exchanges.Remove(last);
            last.Retries++;
            last.WaitsSince = Stopwatch.GetTimestamp();
            Enqueue(last, isFirst: true);
        }
        OpenConnections();
    }

    /// <summary>A connection has nothing to do: a request that waits gets it, or it is kept, or it ends.</summary>
    public void Ready(HttpClientConnection connection)
    {
        var keep = connection.MillisecondsToKeep;
        if (Shard.IsStopping || (keep <= 0 && connection.HasCarried))
        {
            connection.Close();
        }
        else if (_waiters.First is { } waiter)
        {
            EndWait(waiter);
            if (connection.HasCarried) Shard.Reuses++;
            connection.Start(waiter);
            NoteRoom(connection);
        }
        else if (_idle.Count >= Shard.Options.MaxIdleConnectionsPerHost || Shard.Idle >= Shard.Options.MaxIdleConnections)
        {
            connection.Close();
        }
        else
        {
            PutIdle(connection);
            connection.AwaitUse(Math.Max(0, keep));
        }
    }

    /// <summary>An established connection has ended.</summary>
    public void Closed(HttpClientConnection connection)
    {
        NoLongerIdle(connection);
        NoMoreRoom(connection);
        _connections--;
        Shard.Connections--;
        OpenConnections();
        Shard.CheckEmpty();
    }

    // --- Opening ---

    private void OpenConnections()
    {
        while (_connecting < _waiters.Count && _connections < Shard.Options.MaxConnectionsPerHost && !Shard.IsStopping) Connect(null);
    }

    private void Connect(WarmUp? warmUp)
    {
        _connections++;
        _connecting++;
        Shard.Connections++;
        Shard.Connecting++;
        _ = new ConnectAttempt(this, warmUp).RunAsync();
    }

    public void Connected(HttpClientConnection connection, WarmUp? warmUp)
    {
        _connecting--;
        Shard.Connecting--;
        Shard.Connects++;
        Ready(connection);
        warmUp?.End(null);
    }

    public void ConnectFailed(Exception failure, WarmUp? warmUp)
    {
        _connections--;
        _connecting--;
        Shard.Connections--;
        Shard.Connecting--;
        if (warmUp != null) warmUp.End(failure);
        else if (_waiters.Count > _connecting) FailWaiter(_waiters.First!, failure);
        OpenConnections();
        Shard.CheckEmpty();
    }

    public Task WarmUpAsync(int count)
    {
        var warmUp = new WarmUp();
        var isPosted = Shard.Reactor.TryPost(_ =>
        {
            var missing = Shard.IsStopping ? 0 : Math.Min(count, Shard.Options.MaxConnectionsPerHost) - _connections;
            warmUp.Expect(Math.Max(0, missing));
            for (var i = 0; i < missing; i++) Connect(warmUp);
        }, null);
        ObjectDisposedException.ThrowIf(!isPosted, typeof(HttpConnectionPool));
        return warmUp.Task;
    }

    // --- Idle connections ---

    private HttpClientConnection? TakeIdle()
    {
        while (_idle.First is { } connection)
        {
            NoLongerIdle(connection);
            // One that the kernel has reported dead in this turn is told of it only at the turn's end.
            if (connection.CanWrite) return connection;
        }
        return null;
    }

    private void PutIdle(HttpClientConnection connection)
    {
        Debug.Assert(!connection.IsIdle, "A connection becomes idle once.");
        NoMoreRoom(connection);
        connection.BecomeIdle(true);
        _idle.AddFirst(connection);
        Shard.Idle++;
    }

    public void NoLongerIdle(HttpClientConnection connection)
    {
        if (!connection.IsIdle) return;
        connection.BecomeIdle(false);
        _idle.Remove(connection);
        Shard.Idle--;
    }

    // --- Connections that several requests share ---

    /// <summary>A connection may have room for another request: those who wait and may share one get it.</summary>
    public void NoteRoom(HttpClientConnection connection)
    {
        if (!connection.HasRoom) return;
        if (!connection.IsRoomy)
        {
            connection.IsRoomy = true;
            _roomy.AddFirst(connection);
        }
        while (_waiters.First is { } waiter && FindRoom(waiter) is { } shared)
        {
            EndWait(waiter);
            Share(shared, waiter);
        }
    }

    private void NoMoreRoom(HttpClientConnection connection)
    {
        if (!connection.IsRoomy) return;
        connection.IsRoomy = false;
        _roomy.Remove(connection);
    }

    /// <summary>A connection that the request can share, if there is no other way but to wait.</summary>
    private HttpClientConnection? FindRoom(HttpClientExchange exchange)
    {
        if (_connections < Shard.Options.MaxConnectionsPerHost || !exchange.MayShare) return null;
        while (_roomy.First is { } connection)
        {
            if (connection.HasRoom) return connection;
            NoMoreRoom(connection);
        }
        return null;
    }

    private void Share(HttpClientConnection connection, HttpClientExchange exchange)
    {
        Shard.Reuses++;
        connection.Share(exchange);
        if (!connection.HasRoom) NoMoreRoom(connection);
    }

    // --- The line ---

    private string Load => $"{_connections - _connecting} of at most {Shard.Options.MaxConnectionsPerHost} connections are busy, {_connecting} are being opened, {_waiters.Count} requests wait";

    private void Enqueue(HttpClientExchange exchange, bool isFirst)
    {
        exchange.WaitsUntil = Math.Min(exchange.EndsAt, Shard.Reactor.Milliseconds + Shard.QueueMilliseconds);
        exchange.IsWaiting = true;
        if (isFirst) _waiters.AddFirst(exchange);
        else _waiters.AddLast(exchange);
        Shard.AddWaiter();
    }

    private void Dequeue(HttpClientExchange exchange)
    {
        Debug.Assert(exchange.IsWaiting, "It stands in the line once.");
        exchange.IsWaiting = false;
        _waiters.Remove(exchange);
        Shard.Waiting--;
    }

    /// <summary>It waits no longer: there is a connection for it.</summary>
    private void EndWait(HttpClientExchange exchange)
    {
        Dequeue(exchange);
        var waited = Stopwatch.GetTimestamp() - exchange.WaitsSince;
        Shard.WaitTicks += waited;
        exchange.Observe(waited);
    }

    public void FailWaiter(HttpClientExchange exchange, Exception failure)
    {
        Dequeue(exchange);
        Shard.WaitTicks += Stopwatch.GetTimestamp() - exchange.WaitsSince;
        exchange.Fail(failure);
    }

    public void FailWaiters(Func<Exception> failure)
    {
        while (_waiters.First is { } waiter) FailWaiter(waiter, failure());
    }

    /// <summary>Ends the waits that have lasted too long.</summary>
    public void FailLateWaiters(long now)
    {
        for (var waiter = _waiters.First; waiter != null;)
        {
            var next = waiter.Next;
            if (waiter.WaitsUntil <= now)
            {
                FailWaiter(waiter, new TimeoutException($"The request has waited {Stopwatch.GetElapsedTime(waiter.WaitsSince).TotalSeconds:0.000} s for a connection to {Host.Address}: {Load}."));
                // Whoever went on inside may have moved the others.
                next = _waiters.First;
            }
            else if (waiter.Retries == 0)
            {
                // Who stands behind came later, and waits until later. One that is sent again stands before others, and may wait longer than they.
                return;
            }
            waiter = next;
        }
    }
}
