namespace FastCore.Channels;

/// <summary>How long an operation may wait.</summary>
internal static class WaitTime
{
    /// <exception cref="ArgumentOutOfRangeException">It is negative and not infinite, or more than timers take.</exception>
    internal static void ThrowIfInvalid(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout.TotalMilliseconds, int.MaxValue, nameof(timeout));
    }
}
