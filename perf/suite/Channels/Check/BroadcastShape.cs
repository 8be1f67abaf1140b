namespace FastCore.Perf.Channels.Check;

/// <summary>How many write and read in a storm on one of the broadcast types, and the name it is found by.</summary>
internal sealed record BroadcastShape(string Name, int Writers, int Readers)
{
    /// <summary>Findings without figures.</summary>
    internal ChannelFindings Findings => new(Name, ChannelSubject.FastCore.Name);
}
