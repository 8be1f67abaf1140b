using System.Numerics;
using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Collections;

/// <summary>Goes through the entries of a segment that is frozen.</summary>
internal ref struct SegmentCursor<TKey, TValue, TAtomics>(MapSegment<TKey, TValue> segment)
    where TKey : notnull
    where TAtomics : struct, IAtomics
{
    private ref MapGroup<TKey, TValue> _group;

    private int _index = -1;

    private uint _rest;

    private int _lane;

    /// <summary>The entry's hash.</summary>
    internal readonly ulong Hash => segment.HashCodes is null ? MapHash.Of(Key) : MapHash.Spread(HashCode);

    /// <summary>The hash code that is stored for the entry; 0 where none is.</summary>
    internal readonly int HashCode => segment.HashCodes is { } codes ? TAtomics.ReadSlot(in codes[(_index * MapLayout.Lanes) + _lane]) : 0;

    internal readonly TKey Key => TAtomics.ReadSlot(in _group.Slot(_lane).Key);

    internal readonly TValue Value => TAtomics.ReadSlot(in _group.Slot(_lane).Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MoveNext()
    {
        while (_rest == 0)
        {
            if (++_index == segment.Count) return false;
            _group = ref segment.Group(_index);
            _rest = MapLayout.Used(TAtomics.ReadSlot(in _group.Tags));
        }

        _lane = BitOperations.TrailingZeroCount(_rest);
        _rest &= _rest - 1;
        return true;
    }
}
