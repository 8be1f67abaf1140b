using FastCore.Tests.Explorer;

namespace FastCore.Tests.Broadcast;

/// <summary>The bounds of the explorations. They merge: what is under a lock follows from the order in which it was taken, which is part of the state.</summary>
internal static class Explorations
{
    internal static readonly ModelChecker Strong = new() { Preemptions = 2, Merges = true };

    /// <summary>For programs too long for two preemptions.</summary>
    internal static readonly ModelChecker Light = new() { Preemptions = 1, Merges = true };

    /// <summary>Stores may be delayed as on x86: what a missing fence needs to show.</summary>
    internal static readonly ModelChecker Delaying = new() { Preemptions = 2, DelayedStores = 1, Merges = true };

    /// <summary>Both.</summary>
    internal static readonly ModelChecker DelayingLess = new() { Preemptions = 1, DelayedStores = 1, Merges = true };
}
