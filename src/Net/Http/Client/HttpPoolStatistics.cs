namespace FastCore.Net.Http.Client;

/// <summary>What a pool holds and has done, a moment ago. With nothing open and nothing under way the first five are zero.</summary>
/// <param name="Idle">Connections that wait for a request.</param>
/// <param name="Busy">Connections that carry one, or are being closed.</param>
/// <param name="Connecting">Connections that are being opened.</param>
/// <param name="Waiting">Requests that wait for a connection.</param>
/// <param name="Exchanges">Requests and responses that have not been disposed of.</param>
/// <param name="Requests">Requests that were made.</param>
/// <param name="Connects">Connections that were opened.</param>
/// <param name="Reuses">Requests that went out on a connection that had carried one before.</param>
/// <param name="Waits">Requests that could not begin at once: a connection had to be opened or to become free.</param>
/// <param name="WaitTime">How long they waited, together.</param>
/// <param name="Retries">Requests that were sent again because their connection had ended while it was idle.</param>
/// <param name="Failures">Requests that ended in an exception, cancelled ones included.</param>
public readonly record struct HttpPoolStatistics(
    int Idle,
    int Busy,
    int Connecting,
    int Waiting,
    int Exchanges,
    long Requests,
    long Connects,
    long Reuses,
    long Waits,
    TimeSpan WaitTime,
    long Retries,
    long Failures);
