namespace FastCore.Net.Http.Server;

/// <summary>What an application puts around its handlers, the first outermost. Put together once, when the server starts.</summary>
internal sealed class Middleware
{
    private readonly List<Func<Action<HttpContext>, Action<HttpContext>>> _atOnce = [];
    private readonly List<Func<Func<HttpContext, ValueTask>, Func<HttpContext, ValueTask>>> _asynchronous = [];

    public void Add(Func<Action<HttpContext>, Action<HttpContext>> middleware) => _atOnce.Add(middleware);

    public void Add(Func<Func<HttpContext, ValueTask>, Func<HttpContext, ValueTask>> middleware) => _asynchronous.Add(middleware);

    /// <summary>The same route with the middleware of its kind around its handler.</summary>
    /// <exception cref="InvalidOperationException">A middleware gave no handler.</exception>
    public Route Around(Route route) => route with
    {
        Handler = route.Handler == null ? null : Wrap(route.Handler, _atOnce),
        AsyncHandler = route.AsyncHandler == null ? null : Wrap(route.AsyncHandler, _asynchronous),
    };

    private static T Wrap<T>(T handler, List<Func<T, T>> middleware)
    {
        for (var i = middleware.Count - 1; i >= 0; i--)
            handler = middleware[i](handler) ?? throw new InvalidOperationException("A middleware must give a handler.");
        return handler;
    }
}
