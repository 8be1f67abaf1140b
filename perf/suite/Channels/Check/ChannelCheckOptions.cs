namespace FastCore.Perf.Channels.Check;

/// <summary>How much of what to check.</summary>
public sealed record ChannelCheckOptions
{
    /// <summary>Calls that end, in whatever way, for each kind and subject.</summary>
    public long Operations { get; init; } = 200_000;

    /// <summary>Which kinds: those with such a name, or with a name below it (<c>bounded-64</c> is <c>bounded-64/1x1</c> and so on); all when empty.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Whether the stock channels go through the same storms.</summary>
    public bool WithStock { get; init; }

    /// <summary>What all that is drawn at random depends on. The threads' interleaving it can't repeat.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// When no item has moved for so many looks, ten a second, somebody hangs. Looks and not seconds: where the process gets little of
    /// a processor, it looks seldom, too.
    /// </summary>
    public int PatientLooks { get; init; } = 100;
}
