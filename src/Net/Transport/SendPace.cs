namespace FastCore.Net.Transport;

/// <summary>
/// How fast a peer must take what is sent to it: a bucket of time. A send that has to wait begins with the time its bytes may
/// take at the least rate, and no less than a grace; each byte that is taken adds its own, up to a most; when no time is left,
/// the peer is too slow.
/// </summary>
/// <remarks>
/// What a connection has is the time at which it will be too slow, or <see cref="Never"/> while all that was sent has been taken. The
/// most keeps a peer that was fast from being slow for as long as it was fast; it is no less than the stall limit, because the
/// kernel takes bytes in large steps when its peer takes them in small ones.
/// </remarks>
internal readonly struct SendPace(double bytesPerSecond, long graceMilliseconds, long mostMilliseconds)
{
    public const long Never = long.MaxValue;

    /// <summary>A send begins to wait, of so many bytes.</summary>
    public long Begin(long now, long queued) =>
        bytesPerSecond > 0 ? now + (long)Math.Clamp(queued * 1000.0 / bytesPerSecond, graceMilliseconds, mostMilliseconds) : Never;

    /// <summary>Bytes have been taken, and not all.</summary>
    public long Advance(long due, long now, int count, long queued)
    {
        if (bytesPerSecond <= 0) return Never;
        if (due == Never) due = Begin(now, queued);
        // In this order no sum can be too large.
        return (long)Math.Min(due + count * 1000.0 / bytesPerSecond, now + mostMilliseconds);
    }
}
