using FastCore.Tracing;

namespace FastCore.Net.Transport.Tables;

/// <summary>The life of a connection's send: at most one is in flight.</summary>
internal static class SendTable
{
    /// <summary>What is queued is given to the kernel. The argument is the number of bytes.</summary>
    public static readonly Transition Submit = new("none in flight", "submit", "in flight");

    /// <summary>The kernel has taken all that was queued.</summary>
    public static readonly Transition SentAll = new("in flight", "all sent", "none in flight");

    /// <summary>The kernel has taken a part, or the protocol has written more meanwhile. The argument is what is left.</summary>
    public static readonly Transition SentPart = new("in flight", "part sent", "none in flight");

    /// <summary>It is submitted again: the kernel had no room, or was interrupted.</summary>
    public static readonly Transition Again = new("in flight", "try again", "none in flight");

    /// <summary>The argument is the errno.</summary>
    public static readonly Transition Fail = new("in flight", "fail", "ended");

    /// <summary>The connection has ended before it.</summary>
    public static readonly Transition Cancel = new("in flight", "cancel", "ended");

    public static readonly TransitionTable Table = new(
        "send", "What a connection sends: all that was written in a turn, at once.", "none in flight",
        Submit, SentAll, SentPart, Again, Fail, Cancel);
}
