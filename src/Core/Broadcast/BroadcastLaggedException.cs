namespace FastCore.Broadcast;

/// <summary>A reader was overtaken, and items were overwritten before it read them. It can go on reading.</summary>
/// <param name="missed">How many items it missed.</param>
public sealed class BroadcastLaggedException(long missed)
    : Exception($"The reader was overtaken and missed {missed} items; the next read goes on with the oldest that is left.")
{
    /// <summary>How many items were missed since the reader last read.</summary>
    public long Missed { get; } = missed;
}
