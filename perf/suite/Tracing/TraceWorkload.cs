using FastCore.Scheduling;

namespace FastCore.Perf.Tracing;

/// <summary>Something for a scheduler to do while it is traced.</summary>
public static class TraceWorkload
{
    private static readonly Dictionary<string, Func<Scheduler, CancellationToken, Task>> All = new()
    {
        ["spawn"] = SpawnWorkload.RunAsync,
        ["pingpong"] = ChannelWorkloads.PingPongAsync,
        ["steal"] = SpawnWorkload.StealAsync,
        ["http"] = HttpWorkload.RunAsync,
        ["channels"] = ChannelWorkloads.PipelineAsync,
        ["gc"] = SpawnWorkload.CollectAsync,
        ["syscall"] = SpawnWorkload.BlockAsync,
    };

    /// <summary>What there is.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>Runs a workload until the token says that it is enough, and returns when nothing of it is left.</summary>
    public static Task RunAsync(string name, Scheduler scheduler, CancellationToken enough) => All[name](scheduler, enough);

    /// <summary>Calls once a millisecond until it is enough.</summary>
    internal static async Task EveryMillisecondAsync(Action action, CancellationToken enough)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!enough.IsCancellationRequested)
        {
            action();
            await timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
