using FastCore.Tracing;

namespace FastCore.Net.Transport.Tables;

/// <summary>The life of a <see cref="Listener"/>.</summary>
internal static class ListenerTable
{
    public static readonly Transition Arm = new("unarmed", "arm", "accepting");

    /// <summary>A connection came; more may come without another call to the kernel.</summary>
    public static readonly Transition Accept = new("accepting", "accept", "accepting");

    /// <summary>A connection came, or nothing, and the kernel takes no more on this call.</summary>
    public static readonly Transition Disarm = new("accepting", "disarm", "unarmed");

    /// <summary>For want of a descriptor or of memory. The argument is the errno.</summary>
    public static readonly Transition Fail = new("accepting", "fail", "retrying");

    public static readonly Transition Retry = new("retrying", "retry", "accepting");

    public static readonly Transition Close = new("accepting", "close", "closing");

    public static readonly Transition CloseRetrying = new("retrying", "close", "closing");

    /// <summary>By a callback of the connection that was just accepted.</summary>
    public static readonly Transition CloseUnarmed = new("unarmed", "close", "closing");

    public static readonly Transition Closed = new("closing", "closed", "closed");

    public static readonly TransitionTable Table = new(
        "listener", "A listening socket of a reactor.", "unarmed",
        Arm, Accept, Disarm, Fail, Retry, Close, CloseRetrying, CloseUnarmed, Closed);
}
