using System.Diagnostics;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tls;

namespace FastCore.Net.Http.Client;

/// <summary>
/// A pool's share on one reactor: what its connections have in common, and nothing any other reactor touches. On the
/// reactor's thread, but for reading the counters.
/// </summary>
internal sealed class ClientShard
{
    // Those that wait for a connection have one each.
    private const int KeptExchanges = 8192;
    private const int TickMilliseconds = 50;

    private readonly HttpConnectionPool _pool;
    private readonly Stack<HttpClientExchange> _exchanges = new();
    private readonly List<HostPool> _hosts = [];
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();

    // Looks after requests that wait for a connection, which no connection's deadline can; runs while any does.
    private readonly Timer _ticker;
    private bool _isTicking;

    public ClientShard(HttpConnectionPool pool, Reactor reactor, int index)
    {
        _pool = pool;
        Reactor = reactor;
        Index = index;
        Options = pool.Options;
        Limits = new ParseLimits(Options.MaxStatusLineSize, Options.MaxHeadersSize, Options.MaxHeaderCount);
        MaxBuffered = Options.MaxBufferedBodySize;
        IdleMilliseconds = (int)Options.IdleConnectionTimeout.TotalMilliseconds;
        LifetimeMilliseconds = (int)Options.ConnectionLifetime.TotalMilliseconds;
        ConnectMilliseconds = (int)Options.ConnectTimeout.TotalMilliseconds;
        AttemptDelayMilliseconds = (int)Options.ConnectionAttemptDelay.TotalMilliseconds;
        HeadersMilliseconds = (int)Options.HeadersTimeout.TotalMilliseconds;
        RequestMilliseconds = (int)Options.RequestTimeout.TotalMilliseconds;
        QueueMilliseconds = (int)Options.QueueTimeout.TotalMilliseconds;
        _ticker = new Timer(static shard => ((ClientShard)shard!).PostTick(), this, Timeout.Infinite, Timeout.Infinite);
    }

    public Reactor Reactor { get; }
    public int Index { get; }
    public HttpConnectionPoolOptions Options { get; }
    public ParseLimits Limits { get; }
    public InputBuffers Buffers { get; } = new();

    /// <summary>Lets handshakes compute.</summary>
    public HandshakeGate Handshakes => _pool.Handshakes;
    public int MaxBuffered { get; }
    public int IdleMilliseconds { get; }

    /// <summary>-1 is any age.</summary>
    public int LifetimeMilliseconds { get; }
    public int ConnectMilliseconds { get; }
    public int AttemptDelayMilliseconds { get; }
    public int HeadersMilliseconds { get; }

    /// <summary>-1 is any time.</summary>
    public int RequestMilliseconds { get; }
    public int QueueMilliseconds { get; }

    public bool IsStopping { get; private set; }

    /// <summary>Cancelled when the pool is disposed of.</summary>
    public CancellationToken Stopping => _stopping.Token;

    // Established connections and those being opened; the latter; those idle; requests in line.
    public int Connections;
    public int Connecting;
    public int Idle;
    public int Waiting;

    public long Requests;
    public long Connects;
    public long Reuses;
    public long Waits;
    public long WaitTicks;
    public long Retries;
    public long Failures;

    /// <summary>Exchanges handed out and not returned.</summary>
    public int ExchangesInUse { get; private set; }

    /// <summary>On any thread.</summary>
    public HostPool Add(HttpClientHost host)
    {
        var pool = new HostPool(this, host);
        lock (_hosts) _hosts.Add(pool);
        return pool;
    }

    public HttpClientExchange Rent()
    {
        ExchangesInUse++;
        return _exchanges.TryPop(out var exchange) ? exchange : new HttpClientExchange(_pool, this);
    }

    public void Return(HttpClientExchange exchange)
    {
        CountOut();
        if (_exchanges.Count < KeptExchanges) _exchanges.Push(exchange);
    }

    public void CountOut()
    {
        ExchangesInUse--;
        Debug.Assert(ExchangesInUse >= 0, "An exchange is returned once.");
    }

    // --- Waiting ---

    public void AddWaiter()
    {
        Waiting++;
        if (_isTicking) return;
        _isTicking = true;
        _ticker.Change(TickMilliseconds, Timeout.Infinite);
    }

    private void PostTick() => Reactor.TryPost(static shard => ((ClientShard)shard!).Tick(), this);

    private void Tick()
    {
        _isTicking = false;
        foreach (var host in Hosts())
        {
            if (host.HasWaiters) host.FailLateWaiters(Reactor.Milliseconds);
        }
        if (Waiting == 0 || _isTicking || IsStopping) return;
        _isTicking = true;
        _ticker.Change(TickMilliseconds, Timeout.Infinite);
    }

    private HostPool[] Hosts()
    {
        lock (_hosts) return [.. _hosts];
    }

    // --- The end ---

    /// <summary>Ends what is under way. The task ends with the last connection.</summary>
    public async Task StopAsync()
    {
        if (Reactor.TryPost(static shard => ((ClientShard)shard!).Stop(), this)) await _emptied.Task.ConfigureAwait(false);
        await _ticker.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Stop()
    {
        IsStopping = true;
        _stopping.Cancel();
        foreach (var host in Hosts())
            host.FailWaiters(static () => new ObjectDisposedException(nameof(HttpConnectionPool), "The pool has been disposed of while the request waited for a connection."));
        Reactor.ForEachConnection(connection => (connection as HttpClientConnection)?.Stop(this));
        CheckEmpty();
    }

    public void CheckEmpty()
    {
        if (IsStopping && Connections == 0) _emptied.TrySetResult();
    }
}
