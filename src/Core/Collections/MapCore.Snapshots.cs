using System.Numerics;

namespace FastCore.Collections;

internal sealed partial class MapCore<TKey, TValue, TAtomics>
{
    /// <summary>How many entries there are, counted group by group: exact when nobody writes meanwhile.</summary>
    internal int Count
    {
        get
        {
            long count = 0;
            foreach (MapSegment<TKey, TValue> segment in Segments())
            {
                for (int index = 0; index < segment.Count; index++) count += CountIn(ref segment.Group(index));
            }

            return (int)Math.Min(count, int.MaxValue);
        }
    }

    /// <summary>Whether a look at each group found nothing.</summary>
    internal bool IsEmpty
    {
        get
        {
            foreach (MapSegment<TKey, TValue> segment in Segments())
            {
                for (int index = 0; index < segment.Count; index++)
                {
                    if (CountIn(ref segment.Group(index)) != 0) return false;
                }
            }

            return true;
        }
    }

    /// <summary>All entries as they were at one moment. Writers wait until they are copied.</summary>
    internal KeyValuePair<TKey, TValue>[] ToArray()
    {
        List<MapSegment<TKey, TValue>> segments = FreezeAll();
        try
        {
            long count = 0;
            foreach (MapSegment<TKey, TValue> segment in segments)
            {
                for (int index = 0; index < segment.Count; index++) count += CountIn(ref segment.Group(index));
            }

            var entries = new KeyValuePair<TKey, TValue>[count];
            int next = 0;
            foreach (MapSegment<TKey, TValue> segment in segments)
            {
                for (var cursor = new SegmentCursor<TKey, TValue, TAtomics>(segment); cursor.MoveNext();) entries[next++] = new(cursor.Key, cursor.Value);
            }

            return entries;
        }
        finally
        {
            ThawAll(segments);
        }
    }

    /// <summary>Removes all entries at one moment: an empty directory takes the place of the one there is.</summary>
    internal void Clear()
    {
        MapSegment<TKey, TValue>[] empty = NewDirectory(0);
        List<MapSegment<TKey, TValue>> segments = FreezeAll();
        try
        {
            TAtomics.Enter(_directoryGate);
            TAtomics.Write(ref _directory, empty);
            TAtomics.Write(ref _segments, 1);
            TAtomics.Exit(_directoryGate);
            foreach (MapSegment<TKey, TValue> segment in segments) segment.IsReplaced = 1;
        }
        finally
        {
            ThawAll(segments);
        }
    }

    /// <summary>The segments from the lowest hashes to the highest, each as it is when its turn comes. Ends early when the map is cleared.</summary>
    internal IEnumerable<MapSegment<TKey, TValue>> Segments()
    {
        ulong start = 0;
        do
        {
            MapSegment<TKey, TValue> segment = SegmentOf(start);
            if (segment.Start != start) yield break;
            yield return segment;
            start = segment.End;
        }
        while (start != 0);
    }

    /// <summary>Copies a group's entries as they were at one moment.</summary>
    /// <returns>How many they are.</returns>
    internal static int Copy(ref MapGroup<TKey, TValue> group, Span<KeyValuePair<TKey, TValue>> entries)
    {
        SpinWait spinner = default;
        while (true)
        {
            long word = TAtomics.Read(in group.Word);
            if (!GroupWord.IsLocked(word))
            {
                int count = 0;
                for (uint used = MapLayout.Used(TAtomics.ReadRacingSlot(in group.Tags)); used != 0; used &= used - 1)
                {
                    ref MapSlot<TKey, TValue> slot = ref group.Slot(BitOperations.TrailingZeroCount(used));
                    entries[count++] = new(TAtomics.ReadRacingSlot(in slot.Key), TAtomics.ReadRacingSlot(in slot.Value));
                }

                if (GroupWord.AreSame(word, TAtomics.Read(in group.Word))) return count;
            }

            TAtomics.Spin(ref spinner);
        }
    }

    private static int CountIn(ref MapGroup<TKey, TValue> group)
    {
        SpinWait spinner = default;
        while (true)
        {
            long word = TAtomics.Read(in group.Word);
            int count = BitOperations.PopCount(MapLayout.Used(TAtomics.ReadRacingSlot(in group.Tags)));
            if (!GroupWord.IsLocked(word) && GroupWord.AreSame(word, TAtomics.Read(in group.Word))) return count;
            TAtomics.Spin(ref spinner);
        }
    }

    /// <summary>
    /// Enters the gates of all segments, from the lowest hashes to the highest, and freezes them. Others hold one gate at a
    /// time, so nobody waits in a circle; and two that do this both begin with the lowest.
    /// </summary>
    private List<MapSegment<TKey, TValue>> FreezeAll()
    {
        var frozen = new List<MapSegment<TKey, TValue>>();
        try
        {
            ulong start = 0;
            do
            {
                MapSegment<TKey, TValue> segment = SegmentOf(start);
                frozen.Add(segment);
                TAtomics.Enter(segment.Gate);
                if (segment.IsReplaced == 0)
                {
                    Freeze(segment);
                    start = segment.End;
                }
                else
                {
                    TAtomics.Exit(segment.Gate);
                    frozen.RemoveAt(frozen.Count - 1);
                }
            }
            while (start != 0 || frozen.Count == 0);
            return frozen;
        }
        catch (OutOfMemoryException)
        {
            ThawAll(frozen);
            throw;
        }
    }

    private static void ThawAll(List<MapSegment<TKey, TValue>> segments)
    {
        foreach (MapSegment<TKey, TValue> segment in segments)
        {
            if (segment.IsReplaced == 0) Thaw(segment);
            TAtomics.Exit(segment.Gate);
        }
    }
}
