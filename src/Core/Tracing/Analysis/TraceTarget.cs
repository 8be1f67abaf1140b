using System.Globalization;

namespace FastCore.Tracing.Analysis;

/// <summary>What a wait in a trace is for.</summary>
/// <param name="Channel">The number of the channel; 0 where it has none, as a broadcast.</param>
/// <param name="Kind">What kind of channel it is, and of what; empty where that is not known.</param>
/// <param name="MadeBy">The method that made it; empty where that was not recorded.</param>
internal readonly record struct TraceTarget(long Channel, string Kind, string MadeBy)
{
    internal bool IsKnown => Channel != 0 || !string.IsNullOrEmpty(Kind);

    /// <summary>For people; empty where nothing is known.</summary>
    public override string ToString()
    {
        if (!IsKnown) return string.Empty;
        if (string.IsNullOrEmpty(Kind)) return string.Create(CultureInfo.InvariantCulture, $"channel {Channel}");
        string number = Channel == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", number {Channel}");
        return $"{Kind}{number}{(MadeBy.Length == 0 ? string.Empty : $", made by {MadeBy}")}";
    }
}
