namespace FastCore.Perf.Rounds;

/// <summary>How long and what to measure.</summary>
public sealed record CaseBenchOptions
{
    /// <summary>Rounds of each contender, which take turns.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>About how long a round takes.</summary>
    public TimeSpan RoundDuration { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Which cases run: those whose name contains this; all when null.</summary>
    public string? Filter { get; init; }
}
