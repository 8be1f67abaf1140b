using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Channels;

/// <summary>A number of one side of a channel, on cache lines that the other side does not touch.</summary>
[StructLayout(LayoutKind.Explicit, Size = (2 * CacheLine.Size) + sizeof(int))]
internal struct OwnCount
{
    [FieldOffset(CacheLine.Size)] internal int Value;
}
