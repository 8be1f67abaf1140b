using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Broadcast;

/// <summary>How far the writers of a broadcast channel are, on a line of its own: all readers read it, all writers write it.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + CacheLine.Stride)]
internal struct BroadcastChannelCursor
{
    /// <summary>How many items have been written. Written under the gate, with release order after the slot.</summary>
    [FieldOffset(CacheLine.Size)] internal long Tail;
}
