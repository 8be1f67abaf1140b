using FastCore.Net.Http.Client;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport.Tables;
using FastCore.Tracing;

namespace FastCore.Net;

/// <summary>The transition tables of this assembly.</summary>
public static class NetTransitionTables
{
    /// <summary>All of them, each declared in the folder of the code that takes its steps.</summary>
    public static IReadOnlyList<TransitionTable> All { get; } =
    [
        TimerTable.Table,
        ListenerTable.Table,
        ConnectionTable.Table,
        ReceiveTable.Table,
        SendTable.Table,
        ParserTable.Table,
        RequestTable.Table,
        UpgradeTable.Table,
        PooledConnectionTable.Table,
    ];
}
