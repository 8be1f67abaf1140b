namespace FastCore.Broadcast;

/// <summary>What the plain reads of a <see cref="BroadcastReader{T}"/> do when writers have overtaken it.</summary>
public enum BroadcastLag
{
    /// <summary>They go on with the oldest item there is; what was missed is counted.</summary>
    Skip,

    /// <summary>They throw <see cref="BroadcastLaggedException"/>, once; the next read goes on with the oldest item there is.</summary>
    Throw,
}
