using FastCore.Tracing;

namespace FastCore.Gateway.Limits;

/// <summary>The life of a circuit breaker. `fastcore diagrams` draws such tables; a trace counts the steps.</summary>
internal static class BreakerTable
{
    /// <summary>Too many failures in a row. The argument is their number.</summary>
    public static readonly Transition Open = new("closed", "fail too often", "open");

    /// <summary>It has been left alone for long enough; a few requests try it.</summary>
    public static readonly Transition Probe = new("open", "probe", "half-open");

    public static readonly Transition Close = new("half-open", "succeed", "closed");

    public static readonly Transition Reopen = new("half-open", "fail", "open");

    public static readonly TransitionTable Table = new(
        "breaker", "What keeps requests from a destination that fails.", "closed",
        Open, Probe, Close, Reopen);
}
