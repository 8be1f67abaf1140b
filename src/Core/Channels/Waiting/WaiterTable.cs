using FastCore.Tracing;

namespace FastCore.Channels.Waiting;

/// <summary>The life of a <see cref="Waiter"/>: announce → park → claim → run.</summary>
internal static class WaiterTable
{
    /// <summary>It is put into its list; the argument says which channel's, as <see cref="WaiterArguments"/> puts it.</summary>
    internal static readonly Transition Announce = new("pooled", "announce", "announced");

    /// <summary>The look after the announcement found nothing: it stays.</summary>
    internal static readonly Transition Park = new("announced", "park", "parked");

    /// <summary>What it waited for was there at the look after the announcement.</summary>
    internal static readonly Transition ClaimAtOnce = new("announced", "claim", "decided");

    /// <summary>Somebody made what it waited for hold, and decided it.</summary>
    internal static readonly Transition Claim = new("parked", "claim", "decided");

    /// <summary>The channel's end was there at the look after the announcement.</summary>
    internal static readonly Transition FailAtOnce = new("announced", "fail", "decided");

    /// <summary>The channel was closed, or a second read took its place.</summary>
    internal static readonly Transition Fail = new("parked", "fail", "decided");

    /// <summary>Its token fired before anyone else decided it.</summary>
    internal static readonly Transition Cancel = new("parked", "cancel", "decided");

    /// <summary>The same in a broadcast, whose waits do not tell when they stay.</summary>
    internal static readonly Transition CancelAtOnce = new("announced", "cancel", "decided");

    /// <summary>The awaiter is told, by whoever decided it.</summary>
    internal static readonly Transition Signal = new("decided", "signal", "signalled");

    /// <summary>The awaiter runs and takes the result.</summary>
    internal static readonly Transition Run = new("signalled", "run", "pooled");

    /// <summary>The thread that blocked in it gave up in time.</summary>
    internal static readonly Transition Abandon = new("parked", "abandon", "pooled");

    /// <inheritdoc cref="CancelAtOnce"/>
    internal static readonly Transition AbandonAtOnce = new("announced", "abandon", "pooled");

    internal static readonly TransitionTable Table = new(
        "waiter", "An operation on a channel that could not finish at once.", "pooled",
        Announce, Park, ClaimAtOnce, Claim, FailAtOnce, Fail, Cancel, CancelAtOnce, Signal, Run, Abandon, AbandonAtOnce);
}
