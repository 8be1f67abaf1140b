using FastCore.Net.Transport.Native;
using FastCore.Tracing;

namespace FastCore.Net.Transport.Tables;

/// <summary>The life of a connection's receive, and of its hold on the receive buffers: it has one only inside a step with data.</summary>
internal static class ReceiveTable
{
    public static readonly Transition Arm = new("unarmed", "arm", "armed");

    /// <summary>The kernel has filled a buffer, and goes on. The argument is the number of bytes.</summary>
    public static readonly Transition Data = new("armed", "data", "armed");

    /// <summary>The kernel has filled a buffer, and does not go on.</summary>
    public static readonly Transition LastData = new("armed", "last data", "unarmed");

    /// <summary>It ended without data: it was cancelled, or interrupted.</summary>
    public static readonly Transition Interrupt = new("armed", "interrupt", "unarmed");

    /// <summary>No receive buffer was free.</summary>
    public static readonly Transition Starve = new("armed", "no buffer", "starved");

    /// <summary>Buffers have come back. If the connection wants to receive, it is armed next.</summary>
    public static readonly Transition Feed = new("starved", "buffers are back", "unarmed");

    /// <summary>The peer sends no more.</summary>
    public static readonly Transition Finish = new("armed", "peer's end", "ended");

    /// <summary>The argument is the errno.</summary>
    public static readonly Transition Fail = new("armed", "fail", "ended");

    /// <summary>The connection has ended before it.</summary>
    public static readonly Transition Cancel = new("armed", "cancel", "ended");

    public static readonly TransitionTable Table = new(
        "receive", "A connection's receive, which takes a shared buffer for as long as its data is looked at.", "unarmed",
        Arm, Data, LastData, Interrupt, Starve, Feed, Finish, Fail, Cancel);

    /// <summary>The step that a completion stands for.</summary>
    public static Transition Of(in Completion completion, bool isTerminating)
    {
        if (completion.Result > 0) return completion.More ? Data : LastData;
        if (isTerminating) return Cancel;
        return completion.Result switch
        {
            0 => Finish,
            -Errno.ENOBUFS => Starve,
            -Errno.ECANCELED or -Errno.EAGAIN or -Errno.EINTR => Interrupt,
            _ => Fail,
        };
    }
}
