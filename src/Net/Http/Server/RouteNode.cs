using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>What answers a method on a path: a handler of one of the two kinds.</summary>
internal sealed record Route(Action<HttpContext>? Handler, Func<HttpContext, ValueTask>? AsyncHandler)
{
    /// <summary>It runs on the scheduler.</summary>
    public bool IsOffloaded { get; init; }
}

/// <summary>A mapped path and its handlers by method.</summary>
internal sealed class RouteNode(byte[] path)
{
    private Route?[] _routes = [];

    /// <summary>The whole path, or what comes before its parameter.</summary>
    public readonly byte[] Path = path;

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
    public void Add(int method, Route route)
    {
        if (method >= _routes.Length) Array.Resize(ref _routes, method + 1);
        if (_routes[method] != null) throw new InvalidOperationException("The path has a handler for this method already.");
        _routes[method] = route;
    }

    /// <summary>Makes what depends on all its handlers.</summary>
    public void Complete(MethodTable methods) =>
        AllowLine = MethodTable.AllowLine(methods.Where(index => index == (int)KnownMethod.Options || Find(index) != null));
}
