using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace FastCore.Collections;

/// <summary>A hint that memory will be read soon. It is no access: whatever is there or no longer there, nothing happens.</summary>
internal static unsafe class Prefetch
{
    /// <remarks>The address may be stale when it gets to the processor, if a collection moves the object in between; a hint may be.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Of<T>(ref readonly T location)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in location)));
    }
}
