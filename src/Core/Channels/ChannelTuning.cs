namespace FastCore.Channels;

/// <summary>What trades one cost for another in a channel: the figures of <c>fastcore bench channels</c> move with each.</summary>
/// <param name="AwaitSpins">
/// How often an operation that would have to be awaited looks again, with a pause before each look, before it is: about eight
/// microseconds in all, which is what a sleep and a wake-up of a thread cost.
/// </param>
/// <param name="BlockSpins">The same for one that would block its thread.</param>
/// <param name="FencesBeforeUnfenced">
/// How many operations of a side fence, without a sleep between them, before a channel goes unfenced. 0: as many as
/// turn out to pay (<see cref="FencePatience"/>).
/// </param>
/// <param name="Run">
/// How many items, or places, a side that has caught up with the other lets gather before it goes on, for a bounded time
/// (<see cref="LingerTurns"/>): so both work on runs of slots, each in its own cache, instead of passing a cache line to and
/// fro for every item. 0: it goes on at once.
/// </param>
internal readonly record struct ChannelTuning(int AwaitSpins, int BlockSpins, int FencesBeforeUnfenced, int Run)
{
    /// <summary>
    /// Where spinning has been in vain for long, an operation in so many tries it again: the traffic may have changed.
    /// </summary>
    internal const int SpinsSkipped = 64;

    private const int Spins = 30;

    /// <summary>The longest that a side lets items gather: about two microseconds.</summary>
    internal const int LingerTurns = 48;

    /// <summary>How many turns go by between two looks at them.</summary>
    internal const int TurnsBetweenLooks = 4;

    private const int LongestRun = 256;

    /// <summary>
    /// For a channel of this capacity. Where one item waits at most, each has to be handed over, and the other side's task does
    /// that best on this thread: to await costs less than to pass a cache line between two. With one processor the other
    /// side can't run while this one spins.
    /// </summary>
    internal static ChannelTuning For(int capacity)
    {
        int spins = Environment.ProcessorCount == 1 ? 0 : Spins;
        return new(capacity <= 1 ? 0 : spins, spins, 0, Math.Min(capacity / 2, LongestRun));
    }
}
