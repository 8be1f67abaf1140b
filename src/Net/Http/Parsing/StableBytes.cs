using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastCore.Net.Http.Parsing;

/// <summary>
/// A range of bytes that does not move: a receive buffer of the reactor, or an array on the pinned heap. A span can't be
/// kept in an object, this can.
/// </summary>
/// <remarks>
/// Invariant, kept by its one holder (HttpExchange): it is read only between the start of a request's handler and the
/// handler's end. In that time the reactor keeps a receive buffer only as long as its callback runs, so a handler that
/// goes on after it is given a copy in an array that the exchange refers to.
/// </remarks>
internal readonly unsafe struct StableBytes
{
    private readonly byte* _pointer;
    private readonly int _length;

    private StableBytes(byte* pointer, int length)
    {
        _pointer = pointer;
        _length = length;
    }

    public ReadOnlySpan<byte> Span => new(_pointer, _length);

    /// <summary><paramref name="bytes"/> must lie in native memory, in an array on the pinned heap, or under a pin that lasts.</summary>
    public static StableBytes Of(ReadOnlySpan<byte> bytes) =>
        new((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)), bytes.Length);
}
