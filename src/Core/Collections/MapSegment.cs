using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;

namespace FastCore.Collections;

/// <summary>
/// The entries whose hash begins with the same bits. What it consists of never changes; what is in its groups does, until it
/// is frozen for the last time and others take its place.
/// </summary>
internal sealed class MapSegment<TKey, TValue>
{
    private readonly MapGroup<TKey, TValue>[] _groups;

    private readonly SegmentShape _shape;

    /// <param name="shape">Which hashes belong here.</param>
    /// <param name="reach">How many groups past its home an entry may be put.</param>
    /// <param name="storesHashCodes">Whether hash codes are kept, one for each slot.</param>
    internal MapSegment(in SegmentShape shape, int reach, bool storesHashCodes)
    {
        _shape = shape;
        Reach = reach;
        _groups = new MapGroup<TKey, TValue>[shape.Homes + reach];
        if (storesHashCodes) HashCodes = new int[_groups.Length * MapLayout.Lanes];
    }

    internal ulong Start => _shape.Start;

    internal ulong End => _shape.End;

    internal int Depth => _shape.Depth;

    /// <summary>Behind the groups that are homes lie as many as an entry may be put past its home.</summary>
    internal int Reach { get; }

    /// <summary>All groups.</summary>
    internal int Count => _groups.Length;

    /// <summary>For each slot in use what the comparer said of its key, written under the group's lock; null where keys are plain.</summary>
    internal int[]? HashCodes { get; }

    /// <summary>Held by who freezes the groups: a rebuild, a snapshot, a clearing. Who holds it waits for no other thread but writers at work in a group.</summary>
    internal Gate Gate { get; } = new();

    /// <summary>One when others have taken its place, so that it stays frozen. Written and read in <see cref="Gate"/>.</summary>
    internal int IsReplaced;

    /// <summary>The first group that is looked into for a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int HomeOf(ulong hash) => _shape.HomeOf(hash);

    /// <remarks>Unchecked: the home of a hash that belongs here is below the number of homes, and nobody goes further past it than <see cref="Reach"/>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref MapGroup<TKey, TValue> Group(int index)
    {
        Debug.Assert((uint)index < (uint)_groups.Length, "A group past the reach of every home.");
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_groups), (nint)(uint)index);
    }

    /// <summary>Writes an entry into an empty slot of a group that the caller has locked, or that nobody else knows yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Fill<TAtomics>(int index, int lane, TKey key, TValue value, ulong hash, int hashCode)
        where TAtomics : struct, IAtomics
    {
        ref MapGroup<TKey, TValue> group = ref Group(index);
        ref MapSlot<TKey, TValue> slot = ref group.Slot(lane);
        TAtomics.WriteSlot(ref slot.Key, key);
        TAtomics.WriteSlot(ref slot.Value, value);
        if (HashCodes is { } codes) TAtomics.WriteSlot(ref codes[(index * MapLayout.Lanes) + lane], hashCode);
        TAtomics.WriteSlot(ref group.Tags, MapLayout.Replace(TAtomics.ReadSlot(in group.Tags), lane, MapHash.Tag(hash)));
    }
}
