using System.Runtime.InteropServices;

namespace FastCore.Rings;

/// <summary>
/// The cursors of a multi-producer multi-consumer ring. A cursor counts claims since the ring was made and never wraps.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + (2 * CacheLine.Stride))]
internal struct MpmcCursors
{
    private const int Producers = CacheLine.Size;
    private const int Consumers = Producers + CacheLine.Stride;

    /// <summary>The next slot to be claimed for writing. Moved by compare-and-swap only, which is the claim.</summary>
    [FieldOffset(Producers)] internal long Tail;

    /// <summary>The next slot to be claimed for reading. Moved by compare-and-swap only, which is the claim.</summary>
    [FieldOffset(Consumers)] internal long Head;
}
