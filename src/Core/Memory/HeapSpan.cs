using System.Runtime.InteropServices;

namespace FastCore.Memory;

/// <summary>A run of pages cut into blocks of one size, or given out as one large block.</summary>
/// <remarks>
/// The first line of 64 bytes is the owner's alone. In the second, what others write is <see cref="Remote"/>,
/// <see cref="NextReturned"/> and <see cref="Phase"/>; the rest is set before the first block goes out.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
internal unsafe struct HeapSpan
{
    internal const int SizeInBytes = 128;

    /// <summary>What <see cref="SizeClass"/> is for a span that is one block.</summary>
    internal const byte Large = 255;

    /// <summary>Blocks that are free and known to be, chained through their first words.</summary>
    [FieldOffset(0)]
    internal void* Free;

    /// <summary>Blocks that are out, or whose free by another has not been taken yet.</summary>
    [FieldOffset(8)]
    internal int Used;

    /// <summary>The count of used blocks at which a free has more to do: none left, or the first of a span that was put aside.</summary>
    [FieldOffset(12)]
    internal int AttendAt;

    /// <summary>How many blocks have been cut; the rest of the span has not been touched.</summary>
    [FieldOffset(16)]
    internal int Cut;

    /// <summary>How many blocks there are room for.</summary>
    [FieldOffset(20)]
    internal int Capacity;

    /// <summary>Neighbours among the spans of the same class that have free blocks; or the next of the spare large ones.</summary>
    [FieldOffset(24)]
    internal HeapSpan* Next;

    [FieldOffset(32)]
    internal HeapSpan* Previous;

    /// <summary>See <see cref="RemoteFrees{TAtomics}"/>.</summary>
    [FieldOffset(64)]
    internal long Remote;

    /// <summary>See <see cref="SpanStack{TAtomics}"/>.</summary>
    [FieldOffset(72)]
    internal nint NextReturned;

    /// <summary>Where the first block begins.</summary>
    [FieldOffset(80)]
    internal byte* Start;

    /// <summary>Bytes from one block to the next; of a large one, all it has from its start.</summary>
    [FieldOffset(88)]
    internal nuint BlockSize;

    [FieldOffset(96)]
    internal int Pages;

    [FieldOffset(100)]
    internal byte SizeClass;

    /// <summary>A large block whose bytes are as the system gave them: zero. Until it is given out.</summary>
    [FieldOffset(101)]
    internal bool IsZero;

    /// <summary>See <see cref="SpanLife{TAtomics}"/>: written by the owner, and by the one free that hands a span back to it.</summary>
    [FieldOffset(102)]
    internal SpanPhase Phase;

    /// <summary>Its number in the trace, and that of its run of pages; 0 if it began while nothing was traced.</summary>
    [FieldOffset(104)]
    internal long Subject;

    internal readonly bool IsLarge => SizeClass == Large;

    internal readonly nuint Bytes => (nuint)Pages * HeapChunk.PageSize;
}
