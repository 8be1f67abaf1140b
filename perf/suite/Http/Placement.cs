using FastCore.Perf.Processes;

namespace FastCore.Perf.Http;

/// <summary>Which processor serves and which makes the load.</summary>
/// <param name="Server">The server's.</param>
/// <param name="Load">The load generator's, and all else of the bench.</param>
internal sealed record Placement(int Server, int Load)
{
    /// <summary>Takes what is asked for, and else processors that do not share a core.</summary>
    public static Placement Choose(HttpBenchOptions options)
    {
        var allowed = CpuPinning.Allowed();
        var server = options.ServerCpu ?? allowed.First(cpu => cpu != options.LoadCpu || allowed.Length == 1);
        var siblings = CpuPinning.Siblings(server);
        // The last, by what disturbs least: another core, the same core's other thread, the same processor.
        var load = options.LoadCpu ?? allowed.OrderBy(cpu => cpu == server ? 0 : siblings.Contains(cpu) ? 1 : 2).ThenBy(cpu => cpu).Last();
        return new Placement(server, load);
    }

    /// <summary>What makes figures from this placement doubtful, or null.</summary>
    public string? Doubt =>
        Server == Load ? $"server and load share processor {Server}, so each takes time from the other"
        : CpuPinning.Siblings(Server).Contains(Load) ? $"processors {Server} and {Load} are two threads of one core, so server and load slow each other down"
        : null;

    /// <summary>Whether no comparison can be concluded from it.</summary>
    public bool IsInconclusive => Server == Load;

    public override string ToString() => $"server on processor {Server}, load on processor {Load}";
}
