using System.Text.Json.Serialization;

namespace FastCore.Gateway.Configuration;

/// <summary>The configuration file, as it is written. <see cref="ConfigurationFile"/> reads it; what it does not know is an error.</summary>
/// <remarks>What has a default is settable: the generated reader gives init-only properties a value even where the file has none.</remarks>
internal sealed record GatewayConfiguration
{
    /// <summary>Where clients connect, <c>ADDRESS:PORT</c>.</summary>
    public string Listen { get; set; } = "127.0.0.1:8080";

    /// <summary>Where the state is shown and tokens are revoked: an address of the loopback interface, as nobody is asked who he is there. None: there is no such place.</summary>
    public string? Admin { get; set; }

    /// <summary>What the gateway calls itself in the Via field (RFC 9110 §7.6.3).</summary>
    public string Name { get; set; } = "fastcore-gateway";

    /// <summary>The processors to run on, one reactor each; none: one reactor for each processor.</summary>
    public IReadOnlyList<int>? Cpus { get; set; }

    /// <summary><c>io_uring</c>, <c>epoll</c> or <c>portable</c>; none: the best that works.</summary>
    public string? Transport { get; set; }

    /// <summary>Networks whose X-Forwarded fields are believed and added to, such as <c>10.0.0.0/8</c>; from others they are thrown away.</summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>Bytes of a request's body; beyond it 413.</summary>
    public long MaxBody { get; set; } = 30_000_000;

    /// <summary>How tokens are checked; needed by routes that want one.</summary>
    public TokenSettings? Tokens { get; set; }

    /// <summary>How revoked tokens are remembered.</summary>
    public RevocationSettings Revocation { get; set; } = new();

    /// <summary>What goes where.</summary>
    public required IReadOnlyList<RouteSettings> Routes { get; init; }
}

/// <summary>How JSON Web Tokens are checked (RFC 7519).</summary>
internal sealed record TokenSettings
{
    /// <summary>A file with a JSON Web Key Set (RFC 7517): the keys that tokens may be signed with. Read again at SIGHUP.</summary>
    public required string Keys { get; init; }

    /// <summary>What the <c>iss</c> claim must be.</summary>
    public required string Issuer { get; init; }

    /// <summary>What the <c>aud</c> claim must be, or hold.</summary>
    public required string Audience { get; init; }

    /// <summary>The algorithms that are taken.</summary>
    public IReadOnlyList<string> Algorithms { get; set; } = ["RS256", "PS256", "ES256", "HS256"];

    /// <summary>By how much the clock of who issues tokens may be off.</summary>
    public double ClockSkewSeconds { get; set; } = 30;

    /// <summary>Tokens whose check is remembered until they expire.</summary>
    public int CacheEntries { get; set; } = 64 * 1024;
}

/// <summary>How revoked tokens are remembered.</summary>
internal sealed record RevocationSettings
{
    /// <summary>Revoked tokens that are expected at one time; more are held too, with more looks that the filter can't save.</summary>
    public int Capacity { get; set; } = 100_000;

    /// <summary>Where several gateways agree on what is revoked; none: in this one's memory.</summary>
    public RedisSettings? Redis { get; set; }
}

/// <summary>A Redis server.</summary>
internal sealed record RedisSettings
{
    /// <summary>Its address and options, as StackExchange.Redis writes them: <c>localhost:6379,password=…</c>.</summary>
    public required string Connection { get; init; }

    /// <summary>The sorted set of what is revoked, and the channel by which changes are told.</summary>
    public string Key { get; set; } = "gateway:revoked";
}

/// <summary>A route: which requests, to whom, and how many.</summary>
internal sealed record RouteSettings
{
    /// <summary>What metrics and messages call it.</summary>
    public required string Name { get; init; }

    /// <summary>The path, which may have parameters: <c>/orders/{id}</c>, <c>/files/{**rest}</c>. The last form holds for <c>/files</c> too.</summary>
    public required string Path { get; init; }

    /// <summary>The methods that are let through.</summary>
    public IReadOnlyList<string> Methods { get; set; } = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// <summary>The upstreams, <c>http://host:port</c> or <c>https://host</c>.</summary>
    public required IReadOnlyList<string> Destinations { get; init; }

    /// <summary>Who of several gets the next request.</summary>
    public Balance Balance { get; set; } = Balance.RoundRobin;

    /// <summary>Cut off the path before it is sent on.</summary>
    public string? StripPrefix { get; set; }

    /// <summary>Sends the client's Host field on in the place of the destination's.</summary>
    public bool PreserveHost { get; set; }

    /// <summary>Whether WebSockets are passed on (RFC 6455). Token and limits are looked at once, with the handshake; while one is open it counts as a request under way.</summary>
    public bool WebSockets { get; set; } = true;

    /// <summary>Whether a token is asked for.</summary>
    public bool RequireToken { get; set; } = true;

    /// <summary>What the token's <c>scope</c> (or <c>scp</c>) claim must hold, all of it (RFC 8693 §4.2).</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>How many requests are let through.</summary>
    public LimitSettings Limits { get; set; } = new();

    /// <summary>When a destination that fails is left alone.</summary>
    public BreakerSettings Breaker { get; set; } = new();

    /// <summary>How long upstreams may take.</summary>
    public TimeoutSettings Timeouts { get; set; } = new();

    /// <summary>Connections to each destination, on each reactor; beyond it requests wait.</summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary>Requests that may wait for a connection to a destination, on each reactor; beyond it 503.</summary>
    public int MaxWaiters { get; set; } = 10_000;
}

/// <summary>Who of several destinations gets the next request.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Balance>))]
internal enum Balance
{
    /// <summary>One after the other.</summary>
    [JsonStringEnumMemberName("roundRobin")]
    RoundRobin,

    /// <summary>Whoever has the fewest under way.</summary>
    [JsonStringEnumMemberName("leastRequests")]
    LeastRequests,
}

/// <summary>How many requests a route lets through.</summary>
internal sealed record LimitSettings
{
    /// <summary>Requests under way at once; beyond it 503. None: any number.</summary>
    public int? InFlight { get; set; }

    /// <summary>Requests a second; beyond it 429. None: any number.</summary>
    public double? PerSecond { get; set; }

    /// <summary>Requests that may come at once after a pause; none: as many as a second's, one at least.</summary>
    public int? Burst { get; set; }
}

/// <summary>When a destination that fails is left alone.</summary>
internal sealed record BreakerSettings
{
    /// <summary>Failures in a row after which it is.</summary>
    public int Failures { get; set; } = 5;

    /// <summary>For how long.</summary>
    public double OpenSeconds { get; set; } = 10;

    /// <summary>Requests that then try it at once, before all others.</summary>
    public int Probes { get; set; } = 1;
}

/// <summary>How long upstreams may take.</summary>
internal sealed record TimeoutSettings
{
    /// <summary>To open a connection.</summary>
    public double ConnectSeconds { get; set; } = 5;

    /// <summary>Until a connection is free or open.</summary>
    public double QueueSeconds { get; set; } = 10;

    /// <summary>From the request's end to the end of the response's head.</summary>
    public double HeadSeconds { get; set; } = 30;

    /// <summary>For all of it, the body included, but for an open WebSocket; none: any time.</summary>
    public double? TotalSeconds { get; set; }

    /// <summary>How long a WebSocket may carry nothing in either direction.</summary>
    public double WebSocketIdleSeconds { get; set; } = 300;

    /// <summary>How long, once one side of a WebSocket has ended, the other may be silent before both are; what it still sends in that time is passed on.</summary>
    public double WebSocketGraceSeconds { get; set; } = 5;
}

/// <summary>Reads the file without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GatewayConfiguration))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
