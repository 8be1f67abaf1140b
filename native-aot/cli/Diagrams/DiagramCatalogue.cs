using FastCore.Net;
using FastCore.Tracing;

namespace FastCore.Cli.Diagrams;

/// <summary>The lives that FastCore draws: those whose tables are in the code, and those that join with a system to come.</summary>
internal static class DiagramCatalogue
{
    /// <summary>All of them, by the names of their tables, part by part. Hiccups are drawn with the pauses of the collector.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "task", "worker", "spinning worker", "parking", "local ring", "next-slot", "global queue", "steal", "monitor", "blocking call hand-over", "cooperative yield", "timer", "GC pause",
        "rendezvous channel", "bounded channel", "unbounded channel", "broadcast ring consumer", "waiter", "select", "channel close",
        "pooled object", "native-heap span", "native-heap page run",
        "listener", "connection", "receive", "send", "HTTP parser", "request", "upgrade", "client pool connection",
        "cancellation scope",
    ];

    /// <summary>The tables that there are, in the order of <see cref="Names"/>.</summary>
    public static IReadOnlyList<TransitionTable> Live { get; } = [.. CoreTransitionTables.All.Concat(NetTransitionTables.All).OrderBy(static table => Place(table.Name))];

    /// <summary>The names that no table has yet.</summary>
    public static IReadOnlyList<string> JoinLater { get; } = [.. Names.Except(Live.Select(static table => table.Name))];

    private static int Place(string name)
    {
        int place = Names.ToList().IndexOf(name);
        return place < 0 ? int.MaxValue : place;
    }
}
