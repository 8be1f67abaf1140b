namespace FastCore.Net.Http.Client;

// A connection that has gone over to another protocol (RFC 9110 §7.8): what comes is the exchange's as it is, and it is written to as it is. It
// ends with the exchange.
internal sealed partial class HttpClientConnection
{
    private bool _isUpgraded;
    private bool _hasCompletedWrites;

    /// <summary>The response's status is 101, for which its request has asked.</summary>
    private bool TryUpgrade(HttpClientExchange exchange)
    {
        if (exchange is { IsAbandoned: true } or { WantsWhole: true } || !_isSent || !exchange.Request.OffersUpgrade) return false;
        _isUpgraded = true;
        exchange.Upgrade();
        return true;
    }

    /// <summary>Queues data, and waits while the peer is behind.</summary>
    public async ValueTask WriteUpgradedAsync(HttpClientExchange exchange, ReadOnlyMemory<byte> data, CancellationToken token)
    {
        if (_hasCompletedWrites) throw new InvalidOperationException("The peer has been told that no more comes.");
        if (_drained != null) throw new InvalidOperationException("Another write has not ended. Await it before the next.");
        Write(data.Span);
        while (QueuedBytes > HighWater)
        {
            _drained = new TaskCompletionSource();
            var drained = _drained.Task;
            try
            {
                await drained.WaitAsync(token);
            }
            catch (OperationCanceledException) when (_exchange == exchange)
            {
                // What is queued is sent nevertheless.
                _drained = null;
                throw;
            }
            if (_exchange != exchange || !CanWrite) throw new IOException("The connection has ended.");
        }
    }

    /// <summary>Sends the end of this side's direction behind what is queued.</summary>
    public void CompleteWrites()
    {
        _hasCompletedWrites = true;
        CompleteSend();
    }
}
