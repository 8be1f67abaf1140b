using System.Text;
using FastCore.Perf.Load;

namespace FastCore.Perf.Http;

/// <summary>A request and a load.</summary>
/// <param name="Name">The case's name in reports.</param>
/// <param name="Path">The request's target.</param>
/// <param name="Body">The body of each answer.</param>
/// <param name="Plan">The load.</param>
internal sealed record HttpCase(string Name, string Path, ReadOnlyMemory<byte> Body, LoadPlan Plan)
{
    /// <summary>Whether rounds differ by what falls into them, and not by the machine: then it is told, and no reason to refuse the cell.</summary>
    public bool IsBursty { get; init; }

    /// <summary>How many bytes each request has for a body.</summary>
    public int UploadLength { get; init; }

    /// <summary>Whether each request has a connection of its own.</summary>
    public bool IsFreshEach { get; init; }

    /// <summary>How many other connections are open meanwhile that never get to the end of their request.</summary>
    public int SlowConnections { get; init; }

    /// <summary>Whether a file is asked for, which whoever serves files can answer.</summary>
    public bool IsFile { get; init; }

    /// <summary>A field that goes with each request; null for none.</summary>
    public string? Field { get; init; }

    /// <summary>Whether the load's processor has another part of the case too, such as the upstream of a gateway.</summary>
    public bool SharesLoadProcessor { get; init; }

    private const int DefaultConnections = 64;
    private const int Large = 1 << 20;
    private const int SlowConnectionsBeside = 10_000;
    private const string PlaintextName = "plaintext";
    private const string JsonName = "json";

    private static readonly byte[] Text = "Hello, World!"u8.ToArray();
    private static readonly byte[] Json = """{"message":"Hello, World!"}"""u8.ToArray();

    private static readonly (string Name, Func<LoadPlan, HttpCase> Make)[] Known =
    [
        (PlaintextName, Plaintext),
        (JsonName, static plan => Of(JsonName, "/json", Json, plan)),
        ("body-64k", static plan => Of("body-64k", "/bytes/65536", new byte[64 << 10], plan)),
        ("body-1m", static plan => Of("body-1m", "/bytes/1048576", new byte[Large], plan)),
        ("file-16k", static plan => OfFile("16k", 16 << 10, plan)),
        ("file-64k", static plan => OfFile("64k", 64 << 10, plan)),
        ("file-1m", static plan => OfFile("1m", Large, plan)),
        ("file-64m", static plan => OfFile("64m", 64 << 20, plan)),
        ("upload-1m", static plan => Of("upload-1m", "/upload", Encoding.ASCII.GetBytes($"{Large}"), plan) with { UploadLength = Large }),
        ("beside-slow", static plan => Of("beside-slow", "/plaintext", Text, plan) with { SlowConnections = SlowConnectionsBeside }),
        ("connect", static plan => Of("connect", "/plaintext", Text, plan with { Pipeline = 1 }) with { IsFreshEach = true }),
    ];

    /// <summary>The names of what can be asked for.</summary>
    public static IReadOnlyList<string> Names => [.. Known.Select(static known => known.Name)];

    public static IReadOnlyList<HttpCase> For(HttpBenchOptions options)
    {
        if (options.IsDefaultSet)
        {
            return
            [
                Plaintext(new LoadPlan(DefaultConnections, 1)),
                Plaintext(new LoadPlan(DefaultConnections, 16)),
                Named(JsonName)(new LoadPlan(DefaultConnections, 1)),
            ];
        }
        var plan = new LoadPlan(options.Connections ?? DefaultConnections, options.Pipeline ?? 1, options.Rate);
        return [.. (options.Requests ?? [PlaintextName, JsonName]).Select(name => Named(name)(plan))];
    }

    public static HttpCase Plaintext(LoadPlan plan) => Of(PlaintextName, "/plaintext", Text, plan);

    private static Func<LoadPlan, HttpCase> Named(string name) => Known.First(known => known.Name == name).Make;

    private static HttpCase Of(string name, string path, byte[] body, LoadPlan plan) => new(NameOf($"http/{name}", plan), path, body, plan);

    private static HttpCase OfFile(string size, int length, LoadPlan plan) =>
        Of($"file-{size}", $"/{size}.bin", ServedFile.Content(length), plan) with { IsFile = true };

    /// <summary>The case's name: what is asked, and the load.</summary>
    public static string NameOf(string request, LoadPlan plan)
    {
        var name = $"{request}/c{plan.Connections}/p{plan.Pipeline}";
        return plan.Rate is { } rate ? FormattableString.Invariant($"{name}/r{rate:0.###}") : name;
    }
}
