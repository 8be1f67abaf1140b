namespace FastCore.Tracing;

/// <summary>What a <see cref="PauseMeter"/> saw in a stretch of time.</summary>
/// <param name="Time">How long the stretch was.</param>
/// <param name="Generation0">Collections of generation 0 alone.</param>
/// <param name="Generation1">Collections of generation 1 and below.</param>
/// <param name="Generation2">Collections of everything, those in the background included.</param>
/// <param name="TotalPause">For how long collections have stopped the process, by the runtime's own count.</param>
/// <param name="Pauses">The pauses one by one, as far as the meter can tell them apart; the last millisecond's are not among them yet.</param>
/// <param name="Hiccups">How late a thread was that was to wake, where no collection was the reason: the process got no processor.</param>
public readonly record struct PauseReading(TimeSpan Time, int Generation0, int Generation1, int Generation2, TimeSpan TotalPause, PauseLengths Pauses, PauseLengths Hiccups);

/// <summary>How long pauses were.</summary>
/// <param name="Count">How many.</param>
/// <param name="Total">Their sum.</param>
/// <param name="P50">What half of them did not exceed, to 3 %.</param>
/// <param name="P99">What 99 of a hundred did not exceed, to 3 %.</param>
/// <param name="Longest">The longest.</param>
public readonly record struct PauseLengths(long Count, TimeSpan Total, TimeSpan P50, TimeSpan P99, TimeSpan Longest);
