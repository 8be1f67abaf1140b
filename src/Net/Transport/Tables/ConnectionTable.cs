using System.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Net.Transport.Tables;

/// <summary>The life of a <see cref="Connection"/>: the steps between its <see cref="ConnectionState"/>s.</summary>
internal static class ConnectionTable
{
    private const int States = (int)ConnectionState.Closed + 1;

    private static readonly Transition?[] Steps = new Transition?[States * States];

    static ConnectionTable()
    {
        Permit(ConnectionState.New, "accept", ConnectionState.Open);
        Permit(ConnectionState.New, "connect", ConnectionState.Opening);
        Permit(ConnectionState.Opening, "connected", ConnectionState.Open);
        Permit(ConnectionState.Open, "close", ConnectionState.Draining);
        Permit(ConnectionState.Draining, "all sent", ConnectionState.Lingering);
        Permit(ConnectionState.Opening, "end", ConnectionState.Terminating);
        Permit(ConnectionState.Open, "end", ConnectionState.Terminating);
        Permit(ConnectionState.Draining, "end", ConnectionState.Terminating);
        Permit(ConnectionState.Lingering, "end", ConnectionState.Terminating);
        Permit(ConnectionState.Terminating, "nothing in flight", ConnectionState.Closed);
        Table = new TransitionTable("connection", "One end of a TCP connection.", Name(ConnectionState.New), [.. Steps.OfType<Transition>()]);
    }

    public static TransitionTable Table { get; }

    /// <summary>The step from one state to another; its argument is the <see cref="CloseReason"/> so far.</summary>
    /// <exception cref="UnreachableException">There is none.</exception>
    public static Transition Step(ConnectionState from, ConnectionState to) =>
        Steps[((int)from * States) + (int)to] ?? throw new UnreachableException($"A connection does not go from {Name(from)} to {Name(to)}.");

    private static void Permit(ConnectionState from, string name, ConnectionState to) => Steps[((int)from * States) + (int)to] = new Transition(Name(from), name, Name(to));

    private static string Name(ConnectionState state) => state switch
    {
        ConnectionState.New => "new",
        ConnectionState.Opening => "opening",
        ConnectionState.Open => "open",
        ConnectionState.Draining => "draining",
        ConnectionState.Lingering => "lingering",
        ConnectionState.Terminating => "terminating",
        _ => "closed",
    };
}
