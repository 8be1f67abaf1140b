using FastCore.Tracing;

namespace FastCore.Channels.Selecting;

/// <summary>The life of a select: the phases of <see cref="SelectCore{TAtomics}"/>, whose file has the argument.</summary>
internal static class SelectTable
{
    internal static readonly Transition Open = new("idle", "open", "open");

    internal static readonly Transition Claim = new("open", "claim", "busy");

    /// <summary>What the claim was for was not there after all.</summary>
    internal static readonly Transition Unclaim = new("busy", "give back", "open");

    /// <summary>The argument is the index of the case, or below zero for time and token.</summary>
    internal static readonly Transition Decide = new("busy", "decide", "decided");

    internal static readonly Transition Run = new("decided", "run", "idle");

    internal static readonly TransitionTable Table = new(
        "select", "Several operations, of which exactly one takes place.", "idle",
        Open, Claim, Unclaim, Decide, Run);
}
