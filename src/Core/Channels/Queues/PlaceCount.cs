using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Channels.Queues;

/// <summary>How many places of a <see cref="LimitedQueue{T,TAtomics}"/> are taken, alone on its cache lines.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + CacheLine.Stride)]
internal struct PlaceCount
{
    [FieldOffset(CacheLine.Size)] internal int Taken;
}
