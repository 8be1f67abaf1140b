using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastCore.Collections;

// What most writes are: one look into the key's home group and one step under its lock. Inlined into each operation, with no
// call that would make the compiler keep anything in memory; all else is left to the general way.
internal sealed partial class MapCore<TKey, TValue, TAtomics>
{
    /// <summary>Looks for a key in its home group.</summary>
    /// <param name="probe">What to look for.</param>
    /// <param name="found">What the look found; <see cref="Scan.Changed"/> also where the home group alone cannot tell, or not now.</param>
    /// <param name="segment">Where the key belongs.</param>
    /// <param name="home">Its home group.</param>
    /// <param name="word">The group's word: neither locked nor frozen, unless it was changed.</param>
    /// <param name="lane">The slot in which the key was found.</param>
    /// <param name="key">The key in the map.</param>
    /// <param name="value">Its value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref MapGroup<TKey, TValue> LookAtHome<TProbe>(scoped in TProbe probe, out Scan found, out MapSegment<TKey, TValue> segment, out int home, out long word, out int lane, [MaybeNull] out TKey key, [MaybeNull] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        ulong hash = probe.Hash;
        segment = SegmentOf(hash);
        home = segment.HomeOf(hash);
        ref MapGroup<TKey, TValue> group = ref segment.Group(home);
        word = TAtomics.Read(in group.Word);
        Prefetch.Of(in group.Slot(MapHash.Lane(hash)));
        if (GroupWord.IsOpen(word))
        {
            found = ScanGroup(ref group, word, in probe, out lane, out key, out value);
            if (found == Scan.Absent && GroupWord.IsPassed(word)) found = Scan.Changed;
        }
        else
        {
            found = Scan.Changed;
            lane = 0;
            key = default;
            value = default;
        }

        return ref group;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReplaceAtHome(ref MapGroup<TKey, TValue> group, long word, int lane, TValue value)
    {
        if (!TryLock(ref group, word)) return false;
        TAtomics.WriteSlot(ref group.Slot(lane).Value, value);
        Unlock(ref group, word);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRemoveAtHome(ref MapGroup<TKey, TValue> group, long word, int lane)
    {
        if (!TryLock(ref group, word)) return false;
        Empty(ref group, lane);
        Unlock(ref group, word);
        return true;
    }

    /// <returns>False also where the group has no free slot.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryInsertAtHome<TProbe>(MapSegment<TKey, TValue> segment, int home, ref MapGroup<TKey, TValue> group, long word, scoped in TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        TKey key = probe.Key;
        if (!TryLock(ref group, word)) return false;
        bool isIn = TryFill(segment, home, key, value, probe.Hash, probe.HashCode);
        Unlock(ref group, word);
        return isIn;
    }
}
