namespace FastCore.Perf.Channels.Check;

/// <summary>Something that the check puts through storms.</summary>
/// <param name="Store">The name of what it is, such as <c>bounded-64</c>.</param>
/// <param name="Writers">How many write at a time.</param>
/// <param name="Readers">How many read at a time.</param>
/// <param name="Brew">Makes a storm of it: whose, how many items each writer has, and what all that is drawn comes of.</param>
internal sealed record CheckedKind(string Store, int Writers, int Readers, Func<ChannelSubject, int, Random, Storm> Brew)
{
    internal string Name => $"{Store}/{Writers}x{Readers}";

    /// <summary>Whether the subject has such things.</summary>
    internal required Func<ChannelSubject, bool> IsMadeBy { get; init; }
}
