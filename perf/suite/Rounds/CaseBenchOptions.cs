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

    /// <summary>Whether only the few cases run that stand for the area, ours and the stock part alone.</summary>
    public bool Headline { get; init; }
}
