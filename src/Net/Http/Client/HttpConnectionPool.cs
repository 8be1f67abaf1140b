using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tls;

namespace FastCore.Net.Http.Client;

/// <summary>
/// Sends HTTP/1.1 requests over connections that are kept open and used again.
/// </summary>
/// <remarks>
/// <para>It lives on reactors: on its own, or on those of a server, so that a handler's requests begin and end on the
/// handler's thread. What belongs to a reactor is shared with no other: each keeps its own connections.</para>
/// <para>Thread-safety: everything may be called from any thread.</para>
/// </remarks>
public sealed class HttpConnectionPool : IAsyncDisposable
{
    private const int KeptExchanges = 1024;

    private readonly ConcurrentDictionary<(bool IsSecure, string Name, int Port, string? Socket), HttpClientHost> _hosts = new();
    private readonly ConcurrentQueue<HttpClientExchange> _exchanges = new();
    private readonly Reactor[] _ownReactors;
    private readonly Lock _gate = new();
    private Task? _stop;
    private int _next;
    private int _keptExchanges;
    private int _exchangesInUse;
    private long _foreignFailures;

    /// <summary>Starts a pool on reactors of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="TransportUnavailableException">The transport that was asked for can't run here.</exception>
    public HttpConnectionPool(HttpConnectionPoolOptions? options = null)
    {
        Options = options ?? new HttpConnectionPoolOptions();
        Options.Validate();
        Handshakes = new HandshakeGate(Options.MaxConcurrentHandshakes);
        _ownReactors = TransportSelector.Start([.. Enumerable.Range(0, Options.Reactors).Select(Options.ForReactor)], Options.Transport).Reactors;
        Shards = [.. _ownReactors.Select((reactor, index) => new ClientShard(this, reactor, index))];
    }

    /// <summary>Makes a pool on reactors that somebody else runs, such as <see cref="HttpServer.Reactors"/>. They must outlive it.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public HttpConnectionPool(HttpConnectionPoolOptions? options, IReadOnlyList<Reactor> reactors)
    {
        ArgumentNullException.ThrowIfNull(reactors);
        if (reactors.Count == 0) throw new ArgumentException("Give at least one reactor.", nameof(reactors));
        Options = options ?? new HttpConnectionPoolOptions();
        Options.Validate();
        Handshakes = new HandshakeGate(Options.MaxConcurrentHandshakes);
        _ownReactors = [];
        Shards = [.. reactors.Select((reactor, index) => new ClientShard(this, reactor, index))];
    }

    /// <summary>The reactors it lives on.</summary>
    public IReadOnlyList<Reactor> Reactors => [.. Shards.Select(static shard => shard.Reactor)];

    /// <summary>What it holds and has done.</summary>
    public HttpPoolStatistics Statistics
    {
        get
        {
            var sum = new HttpPoolStatistics { Exchanges = Volatile.Read(ref _exchangesInUse), Failures = Volatile.Read(ref _foreignFailures) };
            foreach (var shard in Shards)
            {
                sum = new HttpPoolStatistics(
                    sum.Idle + shard.Idle, sum.Busy + shard.Connections - shard.Connecting - shard.Idle, sum.Connecting + shard.Connecting, sum.Waiting + shard.Waiting,
                    sum.Exchanges + shard.ExchangesInUse,
                    sum.Requests + Volatile.Read(ref shard.Requests), sum.Connects + Volatile.Read(ref shard.Connects), sum.Reuses + Volatile.Read(ref shard.Reuses),
                    sum.Waits + Volatile.Read(ref shard.Waits), sum.WaitTime + Stopwatch.GetElapsedTime(0, Volatile.Read(ref shard.WaitTicks)),
                    sum.Retries + Volatile.Read(ref shard.Retries), sum.Failures + Volatile.Read(ref shard.Failures));
            }
            return sum;
        }
    }

    internal HttpConnectionPoolOptions Options { get; }

    internal ClientShard[] Shards { get; }

    /// <summary>Lets the handshakes of all its reactors compute.</summary>
    internal HandshakeGate Handshakes { get; }

    /// <summary>Is told of requests and waits; null while nobody collects them.</summary>
    internal HttpPoolMetrics? Metrics { get; set; }

    /// <summary>The host of an address; of several with one scheme, host and port always the same. Keep it: looking it up costs more than sending.</summary>
    /// <param name="address">An absolute http or https address; path and query do not matter.</param>
    /// <exception cref="ArgumentException">It is not one, or it holds user information.</exception>
    public HttpClientHost GetHost(Uri address) => Find(address, null);

    /// <summary>The same, reached through a Unix-domain socket: the address says what the Host field and TLS name, the socket where connections go.</summary>
    /// <inheritdoc cref="GetHost(Uri)"/>
    public HttpClientHost GetHost(Uri address, UnixDomainSocketEndPoint socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return Find(address, socket);
    }

    private HttpClientHost Find(Uri address, UnixDomainSocketEndPoint? socket)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || address.Host.Length == 0)
            throw new ArgumentException("Give an absolute http or https address.", nameof(address));
        if (address.UserInfo.Length > 0) throw new ArgumentException("An address with user information is not sent anywhere; use the Authorization field.", nameof(address));
        var key = (address.Scheme == Uri.UriSchemeHttps, address.IdnHost, address.Port, socket?.ToString());
        if (_hosts.TryGetValue(key, out var host)) return host;
        // Made under the lock, as each is entered on every reactor.
        lock (_gate) return _hosts.GetOrAdd(key, static (key, given) => new HttpClientHost(given.Pool, given.Address, given.Socket), (Pool: this, Address: new Uri(address.GetLeftPart(UriPartial.Authority)), Socket: socket));
    }

    /// <inheritdoc cref="GetHost(Uri)"/>
    public HttpClientHost GetHost(string address) => GetHost(new Uri(address, UriKind.Absolute));

    /// <summary>Opens connections to a host before they are needed (<see cref="HttpClientHost.WarmUpAsync"/>).</summary>
    public Task WarmUpAsync(Uri address, int count) => GetHost(address).WarmUpAsync(count);

    /// <summary>Fails every request that is under way or waits, and closes every connection. Ends when none is left.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate) return new ValueTask(_stop ??= Task.Run(StopAsync));
    }

    private async Task StopAsync()
    {
        await Task.WhenAll(Shards.Select(static shard => shard.StopAsync())).ConfigureAwait(false);
        foreach (var reactor in _ownReactors) reactor.Dispose();
    }

    /// <summary>The shard of the reactor whose thread this is, or null.</summary>
    internal ClientShard? ShardHere()
    {
        foreach (var shard in Shards)
        {
            if (shard.Reactor.IsCurrent) return shard;
        }
        return null;
    }

    internal ClientShard NextShard() => Shards.Length == 1 ? Shards[0] : Shards[(uint)Interlocked.Increment(ref _next) % (uint)Shards.Length];

    /// <summary>An exchange for a request that begins on <paramref name="here"/>, or on no reactor of the pool.</summary>
    internal HttpClientExchange Rent(ClientShard? here)
    {
        if (here != null) return here.Rent();
        Interlocked.Increment(ref _exchangesInUse);
        if (!_exchanges.TryDequeue(out var exchange)) return new HttpClientExchange(this);
        Interlocked.Decrement(ref _keptExchanges);
        return exchange;
    }

    /// <summary>Nobody holds it any more.</summary>
    internal void Return(HttpClientExchange exchange)
    {
        exchange.Reset();
        if (exchange.HomeShard is { } home)
        {
            home.Return(exchange);
            return;
        }
        Forget(exchange);
        if (Volatile.Read(ref _keptExchanges) >= KeptExchanges) return;
        Interlocked.Increment(ref _keptExchanges);
        _exchanges.Enqueue(exchange);
    }

    /// <summary>It is not used again, as somebody may still look at it.</summary>
    internal void Forget(HttpClientExchange exchange)
    {
        if (exchange.HomeShard is { } home) home.CountOut();
        else Interlocked.Decrement(ref _exchangesInUse);
    }

    /// <summary>A request failed that no reactor took.</summary>
    internal void CountFailure() => Interlocked.Increment(ref _foreignFailures);
}
