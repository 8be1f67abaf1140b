using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastCore.Collections;

// A writer looks as a reader does, outside of any lock, so that comparers and factories run outside of them. Then it takes the
// lock of the key's home group from the very word it saw first; if that fails, something has changed, and it looks again.
internal sealed partial class MapCore<TKey, TValue, TAtomics>
{
    /// <summary>Looks for a key on behalf of a writer.</summary>
    /// <returns>Whether it is there.</returns>
    internal bool Look<TProbe>(scoped in TProbe probe, out MapSight<TKey, TValue> sight, [MaybeNullWhen(false)] out TKey key, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        SpinWait spinner = default;
        ulong hash = probe.Hash;
        while (true)
        {
            MapSegment<TKey, TValue> segment = SegmentOf(hash);
            int home = segment.HomeOf(hash);
            Prefetch.Of(in segment.Group(home).Slot(MapHash.Lane(hash)));
            long first = TAtomics.Read(in segment.Group(home).Word);
            if (GroupWord.IsFrozen(first))
            {
                AwaitThaw(segment);
                continue;
            }

            int index = home;
            long word = first;
            Scan found = Scan.Changed;
            int lane = 0;
            key = default;
            value = default;
            while (!GroupWord.IsLocked(word) && (found = ScanGroup(ref segment.Group(index), word, in probe, out lane, out key, out value)) == Scan.Absent && GroupWord.IsPassed(word))
            {
                word = TAtomics.Read(in segment.Group(++index).Word);
                found = Scan.Changed;
            }

            if (found != Scan.Changed)
            {
                sight = new(segment, home, first, index, lane);
                return found == Scan.Found;
            }

            TAtomics.Spin(ref spinner);
        }
    }

    /// <summary>Puts another value in the place of the one that was seen.</summary>
    /// <returns>False when something has changed since: look again.</returns>
    internal bool TryReplace(in MapSight<TKey, TValue> sight, TValue value)
    {
        ref MapGroup<TKey, TValue> home = ref sight.Segment.Group(sight.Home);
        if (!TryLock(ref home, sight.Word)) return false;
        if (sight.Group == sight.Home)
        {
            TAtomics.WriteSlot(ref home.Slot(sight.Lane).Value, value);
        }
        else
        {
            ref MapGroup<TKey, TValue> group = ref sight.Segment.Group(sight.Group);
            long word = Lock(ref group);
            TAtomics.WriteSlot(ref group.Slot(sight.Lane).Value, value);
            Unlock(ref group, word);
        }

        Unlock(ref home, sight.Word);
        return true;
    }

    /// <summary>Takes out the entry that was seen.</summary>
    /// <returns>False when something has changed since: look again.</returns>
    internal bool TryRemove(in MapSight<TKey, TValue> sight)
    {
        ref MapGroup<TKey, TValue> home = ref sight.Segment.Group(sight.Home);
        if (!TryLock(ref home, sight.Word)) return false;
        if (sight.Group == sight.Home)
        {
            Empty(ref home, sight.Lane);
            Unlock(ref home, sight.Word);
            return true;
        }

        ref MapGroup<TKey, TValue> group = ref sight.Segment.Group(sight.Group);
        long word = Lock(ref group);
        Empty(ref group, sight.Lane);
        Unlock(ref group, word);

        // Only now: while a group's count is not zero, those behind it are looked into.
        for (int index = sight.Home + 1; index < sight.Group; index++)
        {
            ref MapGroup<TKey, TValue> passed = ref sight.Segment.Group(index);
            Unlock(ref passed, GroupWord.NoLongerPassed(Lock(ref passed)));
        }

        Unlock(ref home, GroupWord.NoLongerPassed(sight.Word));
        return true;
    }

    /// <summary>Adds the key that was not seen.</summary>
    /// <returns>False when something has changed since, or the segment had to grow: look again.</returns>
    internal bool TryInsert(in MapSight<TKey, TValue> sight, TKey key, TValue value, ulong hash, int hashCode)
    {
        MapSegment<TKey, TValue> segment = sight.Segment;
        ref MapGroup<TKey, TValue> home = ref segment.Group(sight.Home);
        if (!TryLock(ref home, sight.Word)) return false;
        if (TryFill(segment, sight.Home, key, value, hash, hashCode))
        {
            Unlock(ref home, sight.Word);
            return true;
        }

        int last = sight.Home + segment.Reach;
        for (int index = sight.Home + 1; index <= last; index++)
        {
            ref MapGroup<TKey, TValue> group = ref segment.Group(index);
            long word = Lock(ref group);
            bool isIn = TryFill(segment, index, key, value, hash, hashCode);

            // The counts of the groups before it are up already, but for the home's, where nobody gets past the lock.
            Unlock(ref group, isIn ? word : GroupWord.Passed(word));
            if (!isIn) continue;
            Unlock(ref home, GroupWord.Passed(sight.Word));
            return true;
        }

        // What was counted on the way stays counted: the segment that takes this one's place is counted anew.
        Unlock(ref home, sight.Word);
        Grow(segment);
        return false;
    }

    /// <summary>Writes an entry into a free slot of a locked group, if it has one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryFill(MapSegment<TKey, TValue> segment, int index, TKey key, TValue value, ulong hash, int hashCode)
    {
        int lane = MapLayout.FreeLane(TAtomics.ReadSlot(in segment.Group(index).Tags), MapHash.Lane(hash));
        if (lane < 0) return false;
        segment.Fill<TAtomics>(index, lane, key, value, hash, hashCode);
        return true;
    }

    /// <summary>Empties a slot of a locked group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Empty(ref MapGroup<TKey, TValue> group, int lane)
    {
        TAtomics.WriteSlot(ref group.Tags, MapLayout.Replace(TAtomics.ReadSlot(in group.Tags), lane, 0));
        ref MapSlot<TKey, TValue> slot = ref group.Slot(lane);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TKey>()) TAtomics.WriteSlot(ref slot.Key, default!);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TValue>()) TAtomics.WriteSlot(ref slot.Value, default!);
    }

    /// <summary>Takes a group's lock if its word is still as it was seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryLock(ref MapGroup<TKey, TValue> group, long word)
    {
        if (TAtomics.CompareExchange(ref group.Word, word | GroupWord.Locked, word) != word) return false;
        TAtomics.FenceWrites();
        return true;
    }

    /// <summary>
    /// Takes the lock of a group behind the home, whose lock the caller has. Locks are taken from the front to the back, so
    /// nobody waits in a circle; who freezes a segment comes from the front too, so the group is not frozen.
    /// </summary>
    /// <returns>The word before.</returns>
    private static long Lock(ref MapGroup<TKey, TValue> group)
    {
        SpinWait spinner = default;
        while (true)
        {
            long word = TAtomics.Read(in group.Word);
            Debug.Assert(!GroupWord.IsFrozen(word), "A group is frozen before the one in front of it.");
            if (!GroupWord.IsLocked(word) && TryLock(ref group, word)) return word;
            TAtomics.Spin(ref spinner);
        }
    }

    /// <summary>Gives the lock back; what was written becomes visible.</summary>
    /// <param name="group">The locked group.</param>
    /// <param name="word">Its word before, with what is counted changed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unlock(ref MapGroup<TKey, TValue> group, long word) => TAtomics.Write(ref group.Word, GroupWord.Unlocked(word));

    /// <summary>Waits until the segment is no longer frozen, or others have taken its place.</summary>
    private static void AwaitThaw(MapSegment<TKey, TValue> segment)
    {
        TAtomics.Enter(segment.Gate);
        TAtomics.Exit(segment.Gate);
    }
}
