namespace FastCore.Broadcast;

/// <summary>How the blocking calls of a <see cref="BroadcastRing{T}"/> wait. The asynchronous ones never hold a thread.</summary>
public enum RingWaitStrategy
{
    /// <summary>Looks again for a few microseconds, then puts the thread to sleep. Right unless a processor is set aside for the thread.</summary>
    Park,

    /// <summary>Looks again and gives its turn to other threads in between; never sleeps. Shorter delays, for a processor's whole time.</summary>
    Yield,

    /// <summary>Looks again without end. The shortest delay, where each waiting thread has a processor of its own.</summary>
    Spin,
}
