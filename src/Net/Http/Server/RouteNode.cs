using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>What answers a method on a path: a handler of one of the two kinds.</summary>
internal sealed record Route(Action<HttpContext>? Handler, Func<HttpContext, ValueTask>? AsyncHandler)
{
    /// <summary>It runs on the scheduler.</summary>
    public bool IsOffloaded { get; init; }

    /// <summary>The application's own handler, by which traces name it.</summary>
    public Delegate Named { get; } = (Delegate?)Handler ?? AsyncHandler!;
}

/// <summary>A mapped path and its handlers by method.</summary>
internal sealed class RouteNode(RoutePattern pattern)
{
    private Route?[] _routes = [];

    /// <summary>The whole path, or what comes before its parameter.</summary>
    public readonly byte[] Path = pattern.Literal;

    /// <summary>The path as it was mapped.</summary>
    public readonly string Pattern = pattern.Text;

    /// <summary>The names of its parameters in their order.</summary>
    public readonly string[] Parameters = pattern.Parameters;

    /// <summary>The Allow field line with its CRLF.</summary>
    public byte[] AllowLine { get; private set; } = [];

    /// <summary>The handler of the method; for HEAD, if it has none of its own, that of GET.</summary>
    public Route? Find(int method)
    {
        var routes = _routes;
        var route = (uint)method < (uint)routes.Length ? routes[method] : null;
        return route == null && method == (int)KnownMethod.Head ? Find((int)KnownMethod.Get) : route;
    }

    /// <exception cref="InvalidOperationException">The method has a handler already.</exception>
    /// <exception cref="ArgumentException">The path was mapped with other names for its parameters.</exception>
    public void Add(RoutePattern path, int method, Route route)
    {
        if (!path.Parameters.AsSpan().SequenceEqual(Parameters))
            throw new ArgumentException($"'{path.Text}' is mapped with other names for its parameters already: {string.Join(", ", Parameters)}.", nameof(path));
        if (method >= _routes.Length) Array.Resize(ref _routes, method + 1);
        if (_routes[method] != null) throw new InvalidOperationException("The path has a handler for this method already.");
        _routes[method] = route;
    }

    /// <summary>Puts what the server was told to use around its handlers.</summary>
    public void Wrap(Middleware middleware)
    {
        for (var i = 0; i < _routes.Length; i++)
        {
            if (_routes[i] is { } route) _routes[i] = middleware.Around(route);
        }
    }

    /// <summary>Makes what depends on all its handlers.</summary>
    public void Complete(MethodTable methods) =>
        AllowLine = MethodTable.AllowLine(methods.Where(index => index == (int)KnownMethod.Options || Find(index) != null));
}
