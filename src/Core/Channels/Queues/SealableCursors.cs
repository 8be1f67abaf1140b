using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Channels.Queues;

/// <summary>The cursors of <see cref="SealableRing{T,TSides,TAtomics}"/>, each on cache lines of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + (3 * CacheLine.Stride))]
internal struct SealableCursors
{
    /// <summary>How many places have been given to producers; its sign bit is the seal. Moved by producers and by the seal.</summary>
    [FieldOffset(CacheLine.Size)] internal long Tail;

    /// <summary>An old value of <see cref="Head"/>, so that producers seldom look at the consumers' line. Written by producers.</summary>
    [FieldOffset(CacheLine.Size + CacheLine.Stride)] internal long HeadSeen;

    /// <summary>How many items have been given to consumers. Moved by consumers.</summary>
    [FieldOffset(CacheLine.Size + (2 * CacheLine.Stride))] internal long Head;
}
