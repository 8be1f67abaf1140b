using FastCore.Continuations;

namespace FastCore.Channels;

/// <summary>How a channel behaves, beside what its queue decides.</summary>
/// <param name="Continuations">Where an awaiter's code goes on.</param>
/// <param name="CancelsOlderReads">
/// Whether a read that waits cancels an earlier one of its kind: a promise of one reader that was broken is told to the one
/// who would otherwise wait beside it.
/// </param>
/// <param name="Capacity">How many items it holds.</param>
/// <param name="Tuning">What trades one cost for another.</param>
internal readonly record struct EngineOptions(ContinuationScheduler Continuations, bool CancelsOlderReads, int Capacity, ChannelTuning Tuning);
