namespace FastCore.Net.Http.Server;

/// <summary>
/// Times how long a request's body is waited for: in every stretch of waiting of a given length it must bring a given
/// number of bytes. Time in which the handler does not read does not count, so only a slow client is found slow.
/// </summary>
internal struct BodyClock
{
    private long _waitingSince;
    private long _waited;
    private long _bytes;
    private bool _isWaiting;

    /// <summary>Waiting begins, or goes on. Returns the milliseconds left of this stretch.</summary>
    public int Wait(long now, int stretchMilliseconds)
    {
        if (!_isWaiting)
        {
            _isWaiting = true;
            _waitingSince = now;
        }
        return (int)Math.Max(0, stretchMilliseconds - _waited - (now - _waitingSince));
    }

    /// <summary>Bytes have come.</summary>
    public void Advance(long now, int count)
    {
        _bytes += count;
        if (_isWaiting) _waited += now - _waitingSince;
        _isWaiting = false;
    }

    /// <summary>The stretch is over. False if too little came; else the next one begins.</summary>
    public bool TryRenew(long minBytes)
    {
        if (_bytes < minBytes) return false;
        this = default;
        return true;
    }
}
