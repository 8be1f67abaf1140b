namespace FastCore.Broadcast;

/// <summary>
/// The bits of the one word by which those who sleep at a ring speak to those who publish and release. Written under the
/// gate only; read by every publication and release.
/// </summary>
/// <remarks>
/// The sleep protocol. A sleeper, under the gate: (1) puts itself in its list, (2) sets its bit, (3) fences all processors of
/// the process, (4) looks at the ring, and stays asleep only if its condition does not hold. Whoever makes a condition hold:
/// (a) stores a cursor, (b) reads the word, and goes to the gate if a bit asks for it. If (4) misses (a), then (a) came after
/// the fence (3), so (b) did too and sees the bit. So (b) costs one read of a line that hardly ever changes, and no fence:
/// the sleeper pays for both, and to sleep and be woken costs several times that fence anyway.
/// </remarks>
internal static class RingSignals
{
    /// <summary>A consumer waits that the publishers feed.</summary>
    internal const int ConsumersWaiting = 1;

    /// <summary>A consumer waits that comes after another.</summary>
    internal const int DependentsWaiting = 2;

    /// <summary>A publisher waits for room.</summary>
    internal const int PublishersWaiting = 4;

    /// <summary>Nothing more is published: whoever releases the last item has ended.</summary>
    internal const int Closed = 8;

    internal const int AnyWaiting = ConsumersWaiting | DependentsWaiting | PublishersWaiting;

    internal const int AskReleases = DependentsWaiting | PublishersWaiting | Closed;
}
