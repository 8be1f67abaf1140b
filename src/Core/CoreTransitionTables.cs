using FastCore.Broadcast;
using FastCore.Channels;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;
using FastCore.Memory;
using FastCore.Pooling;
using FastCore.Scheduling;
using FastCore.Tracing;

namespace FastCore;

/// <summary>The transition tables of this assembly.</summary>
public static class CoreTransitionTables
{
    /// <summary>All of them, each declared in the folder of the code that takes its steps.</summary>
    public static IReadOnlyList<TransitionTable> All { get; } =
    [
        ChannelTables.Rendezvous.Table,
        ChannelTables.Bounded.Table,
        ChannelTables.Unbounded.Table,
        ChannelTables.Closing,
        RingConsumerTable.Table,
        WaiterTable.Table,
        SelectTable.Table,
        .. SchedulerTables.All,
        PauseTable.Table,
        PooledObjectTable.Table,
        .. MemoryTables.All,
    ];
}
