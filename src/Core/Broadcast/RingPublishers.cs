namespace FastCore.Broadcast;

/// <summary>Who publishes to a <see cref="BroadcastRing{T}"/>.</summary>
public enum RingPublishers
{
    /// <summary>One thread at a time. Publishing is a write and no more; breaking the promise loses or doubles items.</summary>
    One,

    /// <summary>Any number of threads at the same time: each claims its slots with one compare-and-swap.</summary>
    Many,
}
