using FastCore.Gateway.Limits;
using FastCore.Net.Http.Client;

namespace FastCore.Gateway.Routing;

/// <summary>An upstream of a route. Any thread may use it.</summary>
internal sealed class Destination(HttpClientHost host, Breaker breaker)
{
    private int _inFlight;
    private long _requests;
    private long _failures;

    public HttpClientHost Host { get; } = host;

    public Breaker Breaker { get; } = breaker;

    /// <summary>Requests that it has been sent and has not answered to the end.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests that it was sent.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Those of them that it failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    public void Begin()
    {
        Interlocked.Increment(ref _inFlight);
        Interlocked.Increment(ref _requests);
    }

    public void End(BreakerPass pass, Outcome outcome)
    {
        Interlocked.Decrement(ref _inFlight);
        switch (outcome)
        {
            case Outcome.Answered:
                Breaker.Succeeded(pass);
                break;
            case Outcome.Failed:
                Interlocked.Increment(ref _failures);
                Breaker.Failed(pass);
                break;
            case Outcome.GaveUp:
                Breaker.GaveUp(pass);
                break;
        }
    }
}

/// <summary>What a request showed about the destination that it was sent to.</summary>
internal enum Outcome
{
    /// <summary>Nothing: the client left, or what it sent could not be passed on.</summary>
    GaveUp,

    /// <summary>It works.</summary>
    Answered,

    /// <summary>It could not be reached, broke off, was late, or said that it is unavailable (502, 503, 504).</summary>
    Failed,
}
