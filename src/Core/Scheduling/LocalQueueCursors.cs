using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Scheduling;

/// <summary>The two ends of a worker's queue. They count positions since the queue was made and never wrap.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + (2 * CacheLine.Stride))]
internal struct LocalQueueCursors
{
    private const int Owner = CacheLine.Size;
    private const int Anyone = Owner + CacheLine.Stride;

    /// <summary>Where the owner pushes next. Written by the owner alone.</summary>
    [FieldOffset(Owner)] internal long Tail;

    /// <summary>A head the owner has seen. It alone touches it; the true one is not below it.</summary>
    [FieldOffset(Owner + sizeof(long))] internal long HeadSeen;

    /// <summary>The oldest item. Moved by compare-and-swap only, which is the claim of that item.</summary>
    [FieldOffset(Anyone)] internal long Head;
}
