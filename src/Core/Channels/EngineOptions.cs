namespace FastCore.Channels;

/// <summary>How a channel behaves, beside what its queue decides.</summary>
/// <param name="AllowsInlineContinuations">Whether an awaiter's code may run inside the operation that lets it go on.</param>
/// <param name="CancelsOlderReads">
/// Whether a read that waits cancels an earlier one of its kind: a promise of one reader that was broken is told to the one
/// who would otherwise wait beside it.
/// </param>
/// <param name="Tuning">What trades one cost for another.</param>
internal readonly record struct EngineOptions(bool AllowsInlineContinuations, bool CancelsOlderReads, ChannelTuning Tuning)
{
    internal static EngineOptions Default { get; } = new(AllowsInlineContinuations: false, CancelsOlderReads: false, ChannelTuning.Default);
}
