using System.Runtime.InteropServices;

namespace FastCore.Rings;

/// <summary>
/// The cursors of a single-producer single-consumer ring. A cursor counts items since the ring was made and never wraps.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + (2 * CacheLine.Stride))]
internal struct SpscCursors
{
    private const int Producer = CacheLine.Size;
    private const int Consumer = Producer + CacheLine.Stride;

    /// <summary>
    /// Items published. Written by the producer with release order after the slots; the consumer's acquire read in
    /// <c>SeeTail</c> pairs with it, so an item below the tail is wholly there.
    /// </summary>
    [FieldOffset(Producer)] internal long Tail;

    /// <summary>The producer's own: the tail may go up to here without looking at <see cref="Head"/> again (an old head plus the capacity).</summary>
    [FieldOffset(Producer + 8)] internal long TailLimit;

    /// <summary>The producer's own: where the last claim ends. Publishing beyond it is refused.</summary>
    [FieldOffset(Producer + 16)] internal long ClaimEnd;

    /// <summary>
    /// Items released. Written by the consumer with release order after it read and cleared the slots; the producer's
    /// acquire read in <c>SeeHead</c> pairs with it, so a slot below the head is no longer touched by the consumer.
    /// </summary>
    [FieldOffset(Consumer)] internal long Head;

    /// <summary>The consumer's own: the head may go up to here without looking at <see cref="Tail"/> again (an old tail).</summary>
    [FieldOffset(Consumer + 8)] internal long HeadLimit;

    /// <summary>The consumer's own: where the last peek ends. Releasing beyond it is refused.</summary>
    [FieldOffset(Consumer + 16)] internal long PeekEnd;
}
