namespace FastCore.Net.Http.Observing;

/// <summary>Hears of every request a server has answered (<see cref="HttpServerOptions.Observers"/>).</summary>
public interface IHttpObserver
{
    /// <summary>Whether it wants to hear of requests now; asked when one begins, so that nothing is timed for nobody.</summary>
    bool IsEnabled { get; }

    /// <summary>A request has been answered or refused, and its handler has ended. On a reactor's thread, which must not be held up; several call at once.</summary>
    /// <param name="request">Good for the call; its spans are the request's own.</param>
    void OnRequest(scoped in HttpRequestRecord request);
}
