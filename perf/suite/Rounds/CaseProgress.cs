using FastCore.Perf.Results;

namespace FastCore.Perf.Rounds;

/// <summary>How far a run is, for a live view.</summary>
/// <param name="Round">Which of the contender's rounds has just ended, from 1.</param>
/// <param name="Rounds">How many it has.</param>
/// <param name="Figures">What that round alone would say.</param>
public readonly record struct CaseProgress(int Round, int Rounds, CaseResult Figures);
