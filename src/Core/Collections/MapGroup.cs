using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastCore.Collections;

/// <summary>Sixteen slots, what is in them by tag, and the word that guards them, side by side in memory.</summary>
internal struct MapGroup<TKey, TValue>
{
    /// <summary>See <see cref="GroupWord"/>. Written by whoever holds its lock, or takes or freezes it.</summary>
    internal long Word;

    /// <summary>Written under the lock, read by anyone between two looks at <see cref="Word"/>.</summary>
    private MapTags _tags;

    /// <summary>As the tags.</summary>
    private MapSlots<TKey, TValue> _slots;

    /// <summary>A byte for each slot: 0 when it is empty, else the high bit and seven bits of the key's hash.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    internal ref Vector128<byte> Tags => ref Unsafe.As<MapTags, Vector128<byte>>(ref _tags);

    /// <summary>The slot of a lane, 0 to 15.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    internal ref MapSlot<TKey, TValue> Slot(int lane) =>
        ref Unsafe.Add(ref Unsafe.As<MapSlots<TKey, TValue>, MapSlot<TKey, TValue>>(ref _slots), (nint)(uint)lane);
}

/// <summary>An entry's place.</summary>
internal struct MapSlot<TKey, TValue>
{
    internal TKey Key;

    internal TValue Value;
}

/// <summary>Sixteen bytes that, unlike a vector, do not ask to begin at a multiple of sixteen.</summary>
[InlineArray(2)]
internal struct MapTags
{
    private ulong _first;
}

[InlineArray(MapLayout.Lanes)]
internal struct MapSlots<TKey, TValue>
{
    private MapSlot<TKey, TValue> _first;
}
