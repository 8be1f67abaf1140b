using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Client;

/// <summary>
/// The opening of one connection: the host's addresses are found and tried one after the other, each given a moment's
/// start before the next, and the first that answers is taken (RFC 8305, "Happy Eyeballs"). Then TLS. On the reactor's thread.
/// </summary>
internal sealed class ConnectAttempt(HostPool host, WarmUp? warmUp)
{
    private readonly List<HttpClientConnection> _trying = [];
    private EndPoint[] _addresses = [];
    private int _next;
    private HttpClientConnection? _winner;
    private Exception? _failure;
    private bool _hasEnded;
    private long _endsAt;

    private ClientShard Shard => host.Shard;

    private int MillisecondsLeft => (int)Math.Max(0, _endsAt - Shard.Reactor.Milliseconds);

    public async Task RunAsync()
    {
        try
        {
            _endsAt = Shard.Reactor.Milliseconds + Shard.ConnectMilliseconds;
            _addresses = host.Host.Socket is { } socket ? [socket] : [.. (host.Host.Literal is { } literal ? [literal] : AddressOrder.Interleave(await ResolveAsync())).Select(address => new IPEndPoint(address, host.Host.Address.Port))];
            Shard.Stopping.ThrowIfCancellationRequested();
            TryNext();
        }
        catch (Exception failure)
        {
            End(failure);
        }
    }

    private async Task<IPAddress[]> ResolveAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Shard.Stopping);
        limit.CancelAfter(Shard.ConnectMilliseconds);
        var name = host.Host.Name;
        try
        {
            // Not all that resolve look at the token.
            var found = await (Shard.Options.Resolve is { } resolve ? resolve(name, limit.Token) : Dns.GetHostAddressesAsync(name, limit.Token)).WaitAsync(limit.Token);
            if (found.Length > 0) return found;
        }
        catch (OperationCanceledException) when (!Shard.IsStopping && limit.IsCancellationRequested)
        {
            throw new TimeoutException($"The addresses of {name} were not found within {Shard.Options.ConnectTimeout} (ConnectTimeout).");
        }
        catch (SocketException failure)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, $"The addresses of {name} could not be found: {failure.Message}.", failure);
        }
        throw new HttpRequestException(HttpRequestError.NameResolutionError, $"{name} has no address.");
    }

    private void TryNext()
    {
        if (_next == _addresses.Length) return;
        var address = _addresses[_next++];
        var connection = new HttpClientConnection(host, this);
        _trying.Add(connection);
        Shard.Reactor.Connect(address, connection);
        connection.SetDeadline(_next < _addresses.Length ? Math.Min(MillisecondsLeft, Shard.AttemptDelayMilliseconds) : MillisecondsLeft);
    }

    public void Opened(HttpClientConnection connection)
    {
        if (_hasEnded || _winner != null)
        {
            connection.Abort();
            return;
        }
        _winner = connection;
        AbortOthers();
        if (!host.Host.IsSecure)
        {
            Established(connection);
            return;
        }
        connection.SetDeadline(MillisecondsLeft);
        connection.Secure();
    }

    /// <summary>The connection can be used.</summary>
    public void Established(HttpClientConnection connection)
    {
        if (_hasEnded) return;
        _hasEnded = true;
        connection.Establish();
        host.Connected(connection, warmUp);
    }

    /// <summary>The winner's TLS has failed. Another address would not help.</summary>
    public void Insecure(Exception failure) =>
        End(new HttpRequestException(HttpRequestError.SecureConnectionError, $"TLS with {host.Host.Address} failed: {failure.Message}", failure));

    /// <summary>The time is over, of this address or of all.</summary>
    public void DeadlinePassed(HttpClientConnection connection)
    {
        if (_hasEnded)
        {
            connection.Abort();
        }
        else if (MillisecondsLeft == 0)
        {
            End(new TimeoutException($"No connection to {host.Host.Address} was open within {Shard.Options.ConnectTimeout} (ConnectTimeout); {(_winner == null ? $"{_trying.Count} of {_addresses.Length} addresses had not answered" : "TLS had not been agreed on")}."));
        }
        else
        {
            connection.SetDeadline(MillisecondsLeft);
            if (_winner == null) TryNext();
        }
    }

    /// <summary>A connection has ended before it could be used.</summary>
    public void Closed(HttpClientConnection connection, CloseReason reason)
    {
        _trying.Remove(connection);
        if (_hasEnded) return;
        _failure = connection.Cause(reason);
        if (connection == _winner)
            End(new HttpRequestException(HttpRequestError.SecureConnectionError, $"{host.Host.Address} ended the connection before TLS had been agreed on.", _failure));
        else if (Shard.IsStopping)
            End(connection.Cause(CloseReason.ReactorStopped));
        else if (_next < _addresses.Length)
            TryNext();
        else if (_trying.Count == 0)
            End(new HttpRequestException(HttpRequestError.ConnectionError, $"Can't connect to {host.Host.Address} ({string.Join(", ", _addresses.Select(static address => address is IPEndPoint internet ? internet.Address.ToString() : address.ToString()))}): {_failure.Message}.", _failure));
    }

    private void End(Exception failure)
    {
        if (_hasEnded) return;
        _hasEnded = true;
        AbortOthers();
        _winner?.Abort();
        host.ConnectFailed(failure, warmUp);
    }

    private void AbortOthers()
    {
        foreach (var connection in _trying)
        {
            if (connection != _winner) connection.Abort();
        }
    }
}
