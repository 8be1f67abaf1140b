using System.Buffers.Text;
using System.Net;
using System.Text;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;

namespace FastCore.Gateway.Forwarding;

/// <summary>Makes the upstream's request of the client's.</summary>
/// <remarks>On a reactor's thread, where the requests that have been done with are kept to be used again.</remarks>
internal sealed class ForwardedRequests
{
    private const int Kept = 1024;
    private const int LongestAddress = 64;

    [ThreadStatic]
    private static Stack<HttpClientRequest>? _kept;

    private readonly byte[] _via;
    private readonly IPNetwork[] _trusted;

    public ForwardedRequests(string name, IReadOnlyList<IPNetwork> trusted)
    {
        _via = Encoding.ASCII.GetBytes($"1.1 {name}");
        _trusted = [.. trusted];
    }

    /// <summary>The value that is added to Via fields.</summary>
    public ReadOnlySpan<byte> Via => _via;

    /// <summary>Writes the request that goes to an upstream of <paramref name="route"/>.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="route">Its route.</param>
    /// <param name="forwards">What its Max-Forwards field is to say; negative for none.</param>
    /// <param name="asksForWebSocket">Whether it asks for a WebSocket (RFC 6455 §4.1): the connection is offered anew, as it is another.</param>
    public HttpClientRequest Make(HttpContext context, GatewayRoute route, int forwards, bool asksForWebSocket)
    {
        var kept = _kept ??= new Stack<HttpClientRequest>();
        if (!kept.TryPop(out var request)) request = new HttpClientRequest(HttpMethod.Get, "/");
        WriteLine(request, context, route);
        var fields = context.Headers;
        var namesMore = FieldKinds.NamesMore(fields);
        var isTrusted = _trusted.Length > 0 && context.RemoteEndPoint is { } remote && IsTrusted(remote.Address);
        foreach (var field in fields)
        {
            switch (FieldKinds.Of(field.Name))
            {
                case FieldKind.EndToEnd or FieldKind.ContentType or FieldKind.Date:
                    if (!namesMore || !FieldKinds.IsNamed(fields, field.Name)) request.AddHeader(field.Name, field.Value);
                    break;
                case FieldKind.Host when route.Settings.PreserveHost:
                    request.AddHeader(field.Name, field.Value);
                    break;
                case FieldKind.Forwarded when isTrusted:
                    request.AddHeader(field.Name, field.Value);
                    break;
            }
        }
        if (forwards >= 0) AddNumber(request, "Max-Forwards"u8, forwards);
        AddForwarded(request, context, isTrusted);
        request.AddHeader("Via"u8, _via);
        if (asksForWebSocket)
        {
            request.AddHeader("Connection"u8, "Upgrade"u8);
            request.AddHeader("Upgrade"u8, "websocket"u8);
        }
        SetBody(request, context);
        return request;
    }

    /// <summary>Keeps a request that has been answered to the end, to be used again.</summary>
    public static void Keep(HttpClientRequest request, bool hadBody)
    {
        // One with a body may still be read by a connection that ends because of it.
        if (!hadBody && _kept is { Count: < Kept } kept) kept.Push(request);
    }

    private static void WriteLine(HttpClientRequest request, HttpContext context, GatewayRoute route)
    {
        var path = context.Path[route.StripPrefix.Length..];
        var query = context.Query;
        if (query.IsEmpty && path is [(byte)'/', ..])
        {
            request.Reset(context.Method, path);
            return;
        }
        Span<byte> target = stackalloc byte[512];
        var length = path.Length + query.Length + 2;
        if (length > target.Length) target = new byte[length];
        // What is left of a path without its prefix may be nothing.
        var written = path is [(byte)'/', ..] ? 0 : 1;
        target[0] = (byte)'/';
        path.CopyTo(target[written..]);
        written += path.Length;
        if (!query.IsEmpty)
        {
            target[written++] = (byte)'?';
            query.CopyTo(target[written..]);
            written += query.Length;
        }
        request.Reset(context.Method, target[..written]);
    }

    // What the client says of itself is believed of trusted networks alone, and then it is added to (RFC 7239 §4 has the same of Forwarded).
    private static void AddForwarded(HttpClientRequest request, HttpContext context, bool isTrusted)
    {
        if (context.RemoteEndPoint is { } remote)
        {
            Span<byte> text = stackalloc byte[LongestAddress];
            var address = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
            if (address.TryFormat(text, out var length)) request.AddHeader("X-Forwarded-For"u8, text[..length]);
        }
        if (isTrusted && context.TryGetHeader("X-Forwarded-Proto"u8, out _)) return;
        request.AddHeader("X-Forwarded-Proto"u8, context.IsHttps ? "https"u8 : "http"u8);
        if (!context.Host.IsEmpty) request.AddHeader("X-Forwarded-Host"u8, context.Host);
    }

    private bool IsTrusted(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in _trusted)
        {
            if (network.Contains(address)) return true;
        }
        return false;
    }

    private static void AddNumber(HttpClientRequest request, ReadOnlySpan<byte> name, int number)
    {
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(number, digits, out var length);
        request.AddHeader(name, digits[..length]);
    }

    private static void SetBody(HttpClientRequest request, HttpContext context)
    {
        if (HasBody(context)) request.SetBody(context.BodyReader, context.ContentLength);
    }

    /// <summary>Whether a request has a body to be passed on.</summary>
    public static bool HasBody(HttpContext context) => context.ContentLength is null or > 0;
}
