using FastCore.Gateway.Configuration;

namespace FastCore.Gateway.Forwarding;

/// <summary>
/// How long an upgraded connection is kept: with both sides open, as long as it is not idle; once one has ended, as long as the other sends on
/// without a pause, and no longer in all than an open one may be idle. On one reactor's thread.
/// </summary>
/// <remarks>What still comes from the other is seldom more than a farewell, but may be much that was held back: so it is a short silence that ends it, not a short time.</remarks>
internal sealed class UpgradePatience
{
    private readonly CancellationTokenSource _end;
    private readonly TimeSpan _idle;
    private readonly TimeSpan _grace;

    private readonly TimeProvider _time;

    // When the first side ended, by the clock's time stamps; null while both are open.
    private long? _endedAt;

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
            return inAll < TimeSpan.Zero ? TimeSpan.Zero : inAll < _grace ? inAll : _grace;
        }
    }

    /// <summary>Something has been passed on.</summary>
    public void Renew() => _end.CancelAfter(Left);

    /// <summary>One side has ended, and the other has been told.</summary>
    public void OneSideHasEnded()
    {
        _endedAt ??= _time.GetTimestamp();
        Renew();
    }
}
