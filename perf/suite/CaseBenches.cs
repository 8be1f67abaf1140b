using FastCore.Perf.Channels;
using FastCore.Perf.Client;
using FastCore.Perf.Collections;
using FastCore.Perf.Memory;
using FastCore.Perf.Pooling;
using FastCore.Perf.Rounds;
using FastCore.Perf.Scheduling;
using FastCore.Perf.Tracing;

namespace FastCore.Perf;

/// <summary>What is measured in the bench's own process, by area.</summary>
public static class CaseBenches
{
    /// <summary>The channels, beside the stock ones.</summary>
    public static CaseBench Channels { get; } = new("channels", ChannelCases.All);

    /// <summary>The HTTP client, beside the stock handler.</summary>
    public static CaseBench Client { get; } = new("client", ClientCases.All);

    /// <summary>The rings, beside the stock channel that does the same.</summary>
    public static CaseBench Rings { get; } = new("rings", [new RingCase()]);

    /// <summary>The native heap, beside the C library's, the array pool and the collector's arrays.</summary>
    public static CaseBench Alloc { get; } = new("alloc", MemoryCases.All, ["16/1", "2048/1", "2048/2", "40000/1", "16/passed-on", "2048/passed-on"]);

    /// <summary>The scheduler, beside the thread pool and its tasks.</summary>
    public static CaseBench Scheduler { get; } = new("scheduler", SchedulerCases.All);

    /// <summary>The object pool, beside the stock one.</summary>
    public static CaseBench Pool { get; } = new("pool", PoolCases.All);

    /// <summary>The tracer: its events, on and off.</summary>
    public static CaseBench Tracer { get; } = new("tracer", TracerCases.All);

    /// <summary>The map, beside the stock one and what else is used for it.</summary>
    public static CaseBench Map { get; } = new("map", MapCases.All, ["long/fill/t2", "long/uniform/r100/t2", "long/uniform/r50/t2", "long/uniform/r0/t2"]);
}
