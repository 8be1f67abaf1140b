using System.Globalization;
using System.Net;
using System.Text.Json;
using FastCore.Net.Transport;

namespace FastCore.Gateway.Configuration;

/// <summary>Reads a configuration, and refuses what would only fail later.</summary>
internal static class ConfigurationFile
{
    private const int MaxDestinations = 64;

    /// <summary>Reads a file. Names of files in it count from the folder it lies in.</summary>
    /// <exception cref="ConfigurationException">It can't be read, holds what is not known, or a value is none.</exception>
    public static GatewayConfiguration Read(string path)
    {
        try
        {
            var configuration = Parse(File.ReadAllBytes(path));
            if (configuration.Tokens is not { } tokens) return configuration;
            return configuration with { Tokens = tokens with { Keys = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, tokens.Keys) } };
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(refused.Message, refused);
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <inheritdoc cref="Read"/>
    public static GatewayConfiguration Parse(ReadOnlySpan<byte> json)
    {
        GatewayConfiguration configuration;
        try
        {
            configuration = JsonSerializer.Deserialize(json, ConfigurationJson.Default.GatewayConfiguration) ?? throw new ConfigurationException("The configuration is null. Write an object.");
        }
        catch (JsonException refused)
        {
            throw new ConfigurationException(refused.Message, refused);
        }
        Validate(configuration);
        return configuration;
    }

    /// <summary>The address of <c>ADDRESS:PORT</c>.</summary>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static IPEndPoint EndPoint(string text, string where) =>
        IPEndPoint.TryParse(text, out var endPoint) && text.LastIndexOf(':') > text.LastIndexOf(']') ? endPoint : throw Wrong(where, $"is '{text}'", "give ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080");

    /// <summary>The transport of a name.</summary>
    /// <exception cref="ConfigurationException">There is none of this name.</exception>
    public static TransportKind? Transport(string? name) => name switch
    {
        null => null,
        "io_uring" => TransportKind.IoUring,
        "epoll" => TransportKind.Epoll,
        "portable" => TransportKind.Portable,
        _ => throw Wrong("transport", $"is '{name}'", "give io_uring, epoll or portable, or leave it out"),
    };

    /// <summary>The network of <c>ADDRESS/BITS</c>.</summary>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static IPNetwork Network(string text) => IPNetwork.TryParse(text, out var network) ? network : throw Wrong("trustedProxies", $"holds '{text}'", "give networks, such as 10.0.0.0/8 or ::1/128");

    private static void Validate(GatewayConfiguration configuration)
    {
        EndPoint(configuration.Listen, "listen");
        if (configuration.Admin is { } admin && !IPAddress.IsLoopback(EndPoint(admin, "admin").Address))
            throw Wrong("admin", $"is '{admin}'", "give an address of the loopback interface: whoever reaches it may revoke tokens");
        if (configuration.Name.Length is 0 or > 64 || configuration.Name.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
            throw Wrong("name", $"is '{configuration.Name}'", "give visible ASCII without blanks, at most 64 characters");
        if (configuration.Cpus is { Count: 0 }) throw Wrong("cpus", "is empty", "name processors, or leave it out");
        Transport(configuration.Transport);
        foreach (var network in configuration.TrustedProxies) Network(network);
        InRange("maxBody", configuration.MaxBody, 0, long.MaxValue);
        if (configuration.Tokens is { } tokens)
        {
            InRange("tokens.cacheEntries", tokens.CacheEntries, 16, 1 << 24);
            InRange("tokens.clockSkewSeconds", tokens.ClockSkewSeconds, 0, 3600);
            if (tokens.Algorithms.Count == 0 || tokens.Algorithms.Contains("none")) throw Wrong("tokens.algorithms", "is not usable", "name the algorithms that your issuer signs with; none is no signature");
        }
        InRange("revocation.capacity", configuration.Revocation.Capacity, 1, 100_000_000);
        if (configuration.Routes.Count == 0) throw Wrong("routes", "is empty", "give at least one route");
        if (configuration.Routes.GroupBy(static route => route.Name).FirstOrDefault(static group => group.Count() > 1) is { } same)
            throw Wrong("routes", $"has the name {same.Key} twice", "give each route a name of its own");
        foreach (var route in configuration.Routes) Validate(route, configuration);
    }

    private static void Validate(RouteSettings route, GatewayConfiguration configuration)
    {
        var where = $"route {route.Name}";
        if (route.Name.Length == 0) throw Wrong("a route's name", "is empty", "give it one");
        if (route.Methods.Count == 0 || route.Methods.Any(static method => method is "CONNECT" or "TRACE")) throw Wrong($"{where}: methods", "is not usable", "name at least one; CONNECT and TRACE are not passed on");
        if (route.Destinations.Count is 0 or > MaxDestinations) throw Wrong($"{where}: destinations", $"has {route.Destinations.Count}", $"give 1 to {MaxDestinations}");
        foreach (var destination in route.Destinations)
        {
            if (!Uri.TryCreate(destination, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.PathAndQuery != "/" || address.UserInfo.Length > 0)
                throw Wrong($"{where}: destinations", $"holds '{destination}'", "give http://host:port or https://host, without a path");
        }
        if (route.StripPrefix is { } prefix && (!prefix.StartsWith('/') || prefix.EndsWith('/') || prefix.Contains('{') || !route.Path.StartsWith(prefix, StringComparison.Ordinal)))
            throw Wrong($"{where}: stripPrefix", $"is '{prefix}'", "give what the path begins with, without a slash at its end and without parameters");
        if (route.StripPrefix is { } cut && route.Path.Length > cut.Length && route.Path[cut.Length] != '/')
            throw Wrong($"{where}: stripPrefix", $"is '{cut}', which ends within a segment of the path", "give whole segments");
        if (route.RequireToken && configuration.Tokens == null) throw Wrong($"{where}", "wants a token and there is no 'tokens'", "say how tokens are checked, or write \"requireToken\": false");
        if (!route.RequireToken && route.Scopes.Count > 0) throw Wrong($"{where}: scopes", "are those of a token, and none is wanted", "leave one of the two out");
        if (route.Limits.InFlight is { } inFlight) InRange($"{where}: limits.inFlight", inFlight, 1, int.MaxValue);
        if (route.Limits.PerSecond is { } perSecond) InRange($"{where}: limits.perSecond", perSecond, 0.001, 1e9);
        if (route.Limits.Burst is { } burst)
        {
            InRange($"{where}: limits.burst", burst, 1, 1_000_000_000);
            if (route.Limits.PerSecond == null) throw Wrong($"{where}: limits.burst", "is given without perSecond", "give both, or none");
        }
        InRange($"{where}: breaker.failures", route.Breaker.Failures, 1, 1_000_000);
        InRange($"{where}: breaker.openSeconds", route.Breaker.OpenSeconds, 0.001, 86_400);
        InRange($"{where}: breaker.probes", route.Breaker.Probes, 1, 1_000_000);
        InRange($"{where}: timeouts.connectSeconds", route.Timeouts.ConnectSeconds, 0.001, 86_400);
        InRange($"{where}: timeouts.queueSeconds", route.Timeouts.QueueSeconds, 0.001, 86_400);
        InRange($"{where}: timeouts.headSeconds", route.Timeouts.HeadSeconds, 0.001, 86_400);
        if (route.Timeouts.TotalSeconds is { } total) InRange($"{where}: timeouts.totalSeconds", total, 0.001, 86_400);
        InRange($"{where}: timeouts.webSocketIdleSeconds", route.Timeouts.WebSocketIdleSeconds, 0.001, 86_400);
        InRange($"{where}: timeouts.webSocketGraceSeconds", route.Timeouts.WebSocketGraceSeconds, 0.001, 86_400);
        InRange($"{where}: maxConnections", route.MaxConnections, 1, 1_000_000);
        InRange($"{where}: maxWaiters", route.MaxWaiters, 1, 10_000_000);
    }

    private static void InRange(string where, double value, double least, double most)
    {
        if (!(value >= least && value <= most)) throw Wrong(where, $"is {value.ToString(CultureInfo.InvariantCulture)}", string.Create(CultureInfo.InvariantCulture, $"give {least} to {most}"));
    }

    private static ConfigurationException Wrong(string where, string what, string instead) => new($"{where} {what}; {instead}.");
}
