using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Broadcast;

/// <summary>Where the publishers of a ring are. A cursor counts items since the ring was made and never wraps.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + CacheLine.Stride)]
internal struct RingPublisherCursors
{
    /// <summary>
    /// One publisher: items published, stored with release order after the slots. Many: items claimed, moved by
    /// compare-and-swap only; the seal, a high bit, says that no more can be.
    /// </summary>
    [FieldOffset(CacheLine.Size)] internal long Cursor;

    /// <summary>
    /// Claims may end here without another look at the consumers. Once true it stays so: consumers only move on, and one that
    /// joins starts where no limit seen before can reach its slots. One publisher: its own. Many: any of them writes it, with
    /// release order after its look at the consumers.
    /// </summary>
    [FieldOffset(CacheLine.Size + 8)] internal long Limit;
}

/// <summary>Where one consumer of a ring is.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + CacheLine.Stride)]
internal struct RingConsumerCursors
{
    /// <summary>
    /// Items released. Stored by the consumer with release order after it read the slots; publishers' and dependents' acquire
    /// reads pair with it.
    /// </summary>
    [FieldOffset(CacheLine.Size)] internal long Position;

    /// <summary>The consumer's own: it may read up to here without looking at whom it follows.</summary>
    [FieldOffset(CacheLine.Size + 8)] internal long Limit;

    /// <summary>The consumer's own: where the last peek ends. Releasing beyond it is refused.</summary>
    [FieldOffset(CacheLine.Size + 16)] internal long PeekEnd;

    /// <summary>One while a call of the consumer copies from slots. Whoever makes it leave waits for zero.</summary>
    [FieldOffset(CacheLine.Size + 24)] internal int Reading;

    /// <summary>One once it has left; written under the gate.</summary>
    [FieldOffset(CacheLine.Size + 28)] internal int Left;
}
