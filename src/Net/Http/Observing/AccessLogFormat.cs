namespace FastCore.Net.Http.Observing;

/// <summary>How an <see cref="HttpAccessLog"/> writes a request.</summary>
public enum AccessLogFormat
{
    /// <summary>The "combined" format that most tools read: address, time, request line, status, bytes, referrer, user agent.</summary>
    Combined,

    /// <summary>One JSON object a line: the same, and host, route and duration in microseconds.</summary>
    Json,
}
