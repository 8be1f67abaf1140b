namespace FastCore.Channels;

/// <summary>What trades one cost for another in a channel; each has a benchmark that moves it.</summary>
/// <param name="MostSpins">
/// How often an operation looks again, with a pause before each look, before it goes to sleep: about eight microseconds in
/// all, which is what a sleep and a wake-up cost.
/// </param>
/// <param name="FencesBeforeUnfenced">
/// How many operations of a side fence before a single-producer single-consumer channel goes unfenced: what a fence on all
/// processors costs, in single fences.
/// </param>
internal readonly record struct ChannelTuning(int MostSpins, int FencesBeforeUnfenced)
{
    /// <summary>
    /// Where spinning has been in vain for long, an operation in so many tries it again: the traffic may have changed.
    /// </summary>
    internal const int SpinsSkipped = 64;

    /// <summary>How often that one looks.</summary>
    internal const int LooksOfATrial = 4;

    /// <summary>With one processor the other side can't run while this one spins.</summary>
    internal static ChannelTuning Default { get; } = new(Environment.ProcessorCount == 1 ? 0 : 30, 160);
}
