using System.Diagnostics;

namespace FastCore.Net.Http.Client;

/// <summary>
/// The connections of one reactor to one host, and the line of requests that wait for one. On the reactor's thread.
/// </summary>
/// <remarks>
/// Invariant: while a request waits no connection is idle, and as many connections are being opened as requests wait, or
/// as many as may be. A connection that becomes free goes to whoever has waited longest, whichever connection was opened
/// for him.
/// </remarks>
internal sealed class HostPool(ClientShard shard, HttpClientHost host)
{
    /// <summary>How often a request is sent again before its connections' early end is held to be its own fault.</summary>
    public const int MaxRetries = 3;

    // The one that was used last is used first, so that those not needed grow old.
    private HttpClientConnection? _idle;
    private int _idleCount;
    private HttpClientExchange? _firstWaiter;
    private HttpClientExchange? _lastWaiter;
    private int _waiters;
    private int _connections;
    private int _connecting;

    public ClientShard Shard { get; } = shard;

    public HttpClientHost Host { get; } = host;

    public bool HasWaiters => _waiters > 0;

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
        }
        else if (_waiters >= Shard.Options.MaxWaiters)
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

    /// <summary>Sends it again, before those that wait.</summary>
    public void Retry(HttpClientExchange exchange)
    {
        exchange.Retries++;
        Shard.Retries++;
        if (TakeIdle() is { } connection)
        {
            connection.Start(exchange);
            return;
        }
        exchange.WaitsSince = Stopwatch.GetTimestamp();
        Enqueue(exchange, isFirst: true);
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
        else if (_firstWaiter is { } waiter)
        {
            Dequeue(waiter);
            var waited = Stopwatch.GetTimestamp() - waiter.WaitsSince;
            Shard.WaitTicks += waited;
            waiter.Observe(waited);
            if (connection.HasCarried) Shard.Reuses++;
            connection.Start(waiter);
        }
        else if (_idleCount >= Shard.Options.MaxIdleConnectionsPerHost || Shard.Idle >= Shard.Options.MaxIdleConnections)
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
        _connections--;
        Shard.Connections--;
        OpenConnections();
        Shard.CheckEmpty();
    }

    // --- Opening ---

    private void OpenConnections()
    {
        while (_connecting < _waiters && _connections < Shard.Options.MaxConnectionsPerHost && !Shard.IsStopping) Connect(null);
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
        else if (_waiters > _connecting) FailWaiter(_firstWaiter!, failure);
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
        while (_idle is { } connection)
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
        connection.BecomeIdle(true);
        connection.NextIdle = _idle;
        if (_idle != null) _idle.PreviousIdle = connection;
        _idle = connection;
        _idleCount++;
        Shard.Idle++;
    }

    public void NoLongerIdle(HttpClientConnection connection)
    {
        if (!connection.IsIdle) return;
        connection.BecomeIdle(false);
        if (connection.PreviousIdle != null) connection.PreviousIdle.NextIdle = connection.NextIdle;
        else _idle = connection.NextIdle;
        if (connection.NextIdle != null) connection.NextIdle.PreviousIdle = connection.PreviousIdle;
        connection.NextIdle = connection.PreviousIdle = null;
        _idleCount--;
        Shard.Idle--;
    }

    // --- The line ---

    private string Load => $"{_connections - _connecting} of at most {Shard.Options.MaxConnectionsPerHost} connections are busy, {_connecting} are being opened, {_waiters} requests wait";

    private void Enqueue(HttpClientExchange exchange, bool isFirst)
    {
        exchange.WaitsUntil = Math.Min(exchange.EndsAt, Shard.Reactor.Milliseconds + Shard.QueueMilliseconds);
        exchange.IsWaiting = true;
        exchange.Previous = isFirst ? null : _lastWaiter;
        exchange.Next = isFirst ? _firstWaiter : null;
        if (exchange.Previous != null) exchange.Previous.Next = exchange;
        else _firstWaiter = exchange;
        if (exchange.Next != null) exchange.Next.Previous = exchange;
        else _lastWaiter = exchange;
        _waiters++;
        Shard.AddWaiter();
    }

    private void Dequeue(HttpClientExchange exchange)
    {
        Debug.Assert(exchange.IsWaiting, "It stands in the line once.");
        exchange.IsWaiting = false;
        if (exchange.Previous != null) exchange.Previous.Next = exchange.Next;
        else _firstWaiter = exchange.Next;
        if (exchange.Next != null) exchange.Next.Previous = exchange.Previous;
        else _lastWaiter = exchange.Previous;
        exchange.Next = exchange.Previous = null;
        _waiters--;
        Shard.Waiting--;
    }

    public void FailWaiter(HttpClientExchange exchange, Exception failure)
    {
        Dequeue(exchange);
        Shard.WaitTicks += Stopwatch.GetTimestamp() - exchange.WaitsSince;
        exchange.Fail(failure);
    }

    public void FailWaiters(Func<Exception> failure)
    {
        while (_firstWaiter is { } waiter) FailWaiter(waiter, failure());
    }

    /// <summary>Ends the waits that have lasted too long.</summary>
    public void FailLateWaiters(long now)
    {
        for (var waiter = _firstWaiter; waiter != null;)
        {
            var next = waiter.Next;
            if (waiter.WaitsUntil <= now)
            {
                FailWaiter(waiter, new TimeoutException($"The request has waited {Stopwatch.GetElapsedTime(waiter.WaitsSince).TotalSeconds:0.000} s for a connection to {Host.Address}: {Load}."));
                // Whoever went on inside may have moved the others.
                next = _firstWaiter;
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
