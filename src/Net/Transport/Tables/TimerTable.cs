using FastCore.Tracing;

namespace FastCore.Net.Transport.Tables;

/// <summary>A connection's deadline in its reactor's timer wheel. One that is moved stays set, which is no step: it happens at each request.</summary>
internal static class TimerTable
{
    public static readonly Transition Set = new("unset", "set", "set");

    public static readonly Transition Clear = new("set", "clear", "unset");

    public static readonly Transition Pass = new("set", "time passes", "unset");

    public static readonly TransitionTable Table = new("timer", "A connection's deadline.", "unset", Set, Clear, Pass);
}
