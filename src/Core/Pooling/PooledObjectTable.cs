using FastCore.Tracing;

namespace FastCore.Pooling;

/// <summary>The life of an object as its pool sees it.</summary>
internal static class PooledObjectTable
{
    internal static readonly Transition Make = new("elsewhere", "make", "out");

    /// <summary>It is returned, and the pool has never given it out.</summary>
    internal static readonly Transition Bring = new("elsewhere", "bring", "kept");

    /// <summary>Whether it was made or kept: from now on the pool's leak tracker watches it.</summary>
    internal static readonly Transition Watch = new("elsewhere", "watch", "out");

    internal static readonly Transition Get = new("kept", "get", "out");

    internal static readonly Transition Return = new("out", "return", "kept");

    /// <summary>The policy does not want it back.</summary>
    internal static readonly Transition Refuse = new("out", "refuse", "let go");

    /// <summary>There is no room, or nobody has needed it for long.</summary>
    internal static readonly Transition Drop = new("kept", "drop", "let go");

    /// <summary>It was collected while it was out.</summary>
    internal static readonly Transition Lose = new("out", "lose", "lost");

    internal static readonly TransitionTable Table = new(
        "pooled object", "An object in one hand at a time: its pool's, or that of who got it. Debug builds look at each; traced are those that the leak tracker watches, from the get to the return.", "elsewhere",
        Make, Bring, Watch, Get, Return, Refuse, Drop, Lose);
}
