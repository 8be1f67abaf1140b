namespace FastCore.Channels.Waiting;

/// <summary>
/// The bits of the one word by which those who wait speak to those who do not. Written under the channel's gate only; read
/// by every read and write.
/// </summary>
/// <remarks>
/// The sleep protocol. A sleeper, under the gate: (1) puts itself in its list, (2) sets its bit, (3) full fence, (4) looks at
/// the queue, and stays asleep only if its condition does not hold. Anyone else: (a) takes a place or an item, (b) full
/// fence, (c) reads the word, and goes to the gate if a bit asks for it. If (4) misses (a), then (2) came before (c) in the
/// order of the fences, so the sleeper is seen and woken. Without either fence both may miss each other: x86 lets a read
/// overtake an earlier write to another place.
///
/// On a shared side of a queue (a) is a compare-and-swap, which is the fence (b). On a side that is one thread's (a) is a
/// plain store, and a fence per operation would cost more than the rest of it together. There the sleeper may pay for both:
/// with <see cref="Fenced"/> clear nobody fences at (b), and (3) is a fence on all processors of the process; with it set,
/// whoever reads it at (c) fences and reads the word again, and (3) is an ordinary fence. The mode is read after the store,
/// so no operation can act on an outdated one: if it read "clear" then it did so before the fence on all processors by which
/// the mode was set, hence that fence made its store visible.
///
/// The fence on all processors costs as much as hundreds or thousands of single ones. So a channel starts fenced, goes
/// unfenced after some operations without a sleep, and is fenced again by the next sleep; whether that has paid decides how
/// many operations it takes the next time (<see cref="FencePatience"/>).
/// </remarks>
internal static class SignalWord
{
    /// <summary>A WaitToReadAsync waits.</summary>
    internal const int ReadersWaiting = 1;

    /// <summary>A ReadAsync waits; it goes before any read that starts later.</summary>
    internal const int ReadersQueued = 2;

    /// <summary>A WaitToWriteAsync waits.</summary>
    internal const int WritersWaiting = 4;

    /// <summary>A WriteAsync waits with its item; it goes before any write that starts later.</summary>
    internal const int WritersQueued = 8;

    /// <summary>No more items are accepted.</summary>
    internal const int Closed = 16;

    /// <summary>Operations of a side that is one thread's fence before they read the word.</summary>
    internal const int Fenced = 32;

    /// <summary>A ReadBatchAsync waits for many items.</summary>
    internal const int ReadersGathering = 64;

    internal const int AnyReader = ReadersWaiting | ReadersQueued | ReadersGathering;

    internal const int AnyWriter = WritersWaiting | WritersQueued;

    internal const int AnyQueued = ReadersQueued | WritersQueued;

    internal const int AnyButQueued = ReadersWaiting | ReadersGathering | WritersWaiting | Closed;
}
