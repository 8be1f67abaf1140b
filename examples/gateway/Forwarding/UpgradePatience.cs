using FastCore.Gateway.Configuration;

namespace FastCore.Gateway.Forwarding;

/// <summary>
/// How long an upgraded connection is kept: with both sides open, as long as it is not idle; once one has ended, as long as the other sends on
/// without a pause, and no longer in all than an open one may be idle. On one reactor's thread.
/// </summary>
/// <remarks>
/// What still comes from the other is seldom more than a farewell, but may be much that was held back: so it is a short silence that ends it, not a short time.
/// It is silent when it sends nothing, not when what it has sent waits for a slow reader: how long that one may take is the transport's to bound.
/// </remarks>
internal sealed class UpgradePatience
{
    private readonly CancellationTokenSource _end;
    private readonly TimeSpan _idle;
    private readonly TimeSpan _grace;

    private readonly TimeProvider _time;

    // When the first side ended, by the clock's time stamps; null while both are open.
    private long? _endedAt;

    // Directions in which something is being passed on.
    private int _passing;

    /// <param name="end">Cancelled when there is no more of it.</param>
    /// <param name="timeouts">How long.</param>
    /// <param name="time">The clock by which an end is remembered.</param>
    public UpgradePatience(CancellationTokenSource end, TimeoutSettings timeouts, TimeProvider? time = null)
    {
        _end = end;
        _idle = TimeSpan.FromSeconds(timeouts.WebSocketIdleSeconds);
        _grace = TimeSpan.FromSeconds(timeouts.WebSocketGraceSeconds);
        _time = time ?? TimeProvider.System;
        Renew();
    }

    /// <summary>How much of it there is from now on, if nothing more is passed on.</summary>
    public TimeSpan Left
    {
        get
        {
            if (_endedAt is not { } ended) return _idle;
            var inAll = _idle - _time.GetElapsedTime(ended);
            if (inAll < TimeSpan.Zero) return TimeSpan.Zero;
            return _passing > 0 || inAll < _grace ? inAll : _grace;
        }
    }

    /// <summary>Something has come, and is passed on from now.</summary>
    public void Passing()
    {
        _passing++;
        Renew();
    }

    /// <summary>It has been passed on.</summary>
    public void Passed()
    {
        _passing--;
        Renew();
    }

    /// <summary>One side has ended, and the other has been told.</summary>
    public void OneSideHasEnded()
    {
        _endedAt ??= _time.GetTimestamp();
        Renew();
    }

    private void Renew() => _end.CancelAfter(Left);
}
