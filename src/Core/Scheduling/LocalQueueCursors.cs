using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Scheduling;

/// <summary>The positions of a local queue. They count from when the queue was made and never wrap.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + (2 * CacheLine.Stride))]
internal struct LocalQueueCursors
{
    private const int Owner = CacheLine.Size;
    private const int Thieves = Owner + CacheLine.Stride;

    /// <summary>Where the owner pushes next. Written by the owner alone.</summary>
    [FieldOffset(Owner)] internal long Tail;

    /// <summary>The oldest item that the owner knows of; it may have been stolen. Written by the owner alone.</summary>
    [FieldOffset(Owner + sizeof(long))] internal long Head;

    /// <summary>Below it the owner takes nothing without the gate. Written inside the gate.</summary>
    [FieldOffset(Thieves)] internal long Claim;

    /// <summary>Behind the last item that was stolen. Written inside the gate.</summary>
    [FieldOffset(Thieves + sizeof(long))] internal long StolenTo;

    /// <summary>The first of the run of stolen items that ends there. Touched inside the gate.</summary>
    [FieldOffset(Thieves + (2 * sizeof(long)))] internal long StolenFrom;
}
