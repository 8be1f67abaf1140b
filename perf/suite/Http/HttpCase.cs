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

    /// <summary>A field that goes with each request; null for none.</summary>
    public string? Field { get; init; }

    /// <summary>Whether the load's processor has another part of the case too, such as the upstream of a gateway.</summary>
    public bool SharesLoadProcessor { get; init; }

    private const int DefaultConnections = 64;

    private static readonly byte[] Text = "Hello, World!"u8.ToArray();
    private static readonly byte[] Json = """{"message":"Hello, World!"}"""u8.ToArray();

    public static IReadOnlyList<HttpCase> For(HttpBenchOptions options)
    {
        if (options.IsDefaultSet)
        {
            return
            [
                Plaintext(new LoadPlan(DefaultConnections, 1)),
                Plaintext(new LoadPlan(DefaultConnections, 16)),
                JsonCase(new LoadPlan(DefaultConnections, 1)),
            ];
        }
        var plan = new LoadPlan(options.Connections ?? DefaultConnections, options.Pipeline ?? 1, options.Rate);
        return [Plaintext(plan), JsonCase(plan)];
    }

    public static HttpCase Plaintext(LoadPlan plan) => new(NameOf("http/plaintext", plan), "/plaintext", Text, plan);

    private static HttpCase JsonCase(LoadPlan plan) => new(NameOf("http/json", plan), "/json", Json, plan);

    /// <summary>The case's name: what is asked, and the load.</summary>
    public static string NameOf(string request, LoadPlan plan)
    {
        var name = $"{request}/c{plan.Connections}/p{plan.Pipeline}";
        return plan.Rate is { } rate ? FormattableString.Invariant($"{name}/r{rate:0.###}") : name;
    }
}
