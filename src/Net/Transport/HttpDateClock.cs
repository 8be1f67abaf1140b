using System.Globalization;

namespace FastCore.Net.Transport;

/// <summary>The present second as an IMF-fixdate (RFC 9110 §5.6.7), formatted at most once a second.</summary>
internal sealed class HttpDateClock
{
    private readonly TimeProvider _time;
    private readonly byte[] _text = new byte[29];
    private long _refreshAt = long.MinValue;

    public HttpDateClock(TimeProvider time) => _time = time;

    public ReadOnlySpan<byte> Text => _text;

    public void Refresh(long nowMilliseconds)
    {
        if (nowMilliseconds < _refreshAt) return;
        var now = _time.GetUtcNow();
        now.TryFormat(_text, out _, "R", CultureInfo.InvariantCulture);
        _refreshAt = nowMilliseconds + 1000 - now.Millisecond;
    }
}
