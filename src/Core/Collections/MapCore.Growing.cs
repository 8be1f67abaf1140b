using System.Runtime.CompilerServices;

namespace FastCore.Collections;

// A segment that has no place for a key is frozen, copied to one or two others and replaced in the directory: extendible
// hashing (Fagin, Nievergelt, Pippenger, Strong, 1979). Writers of this segment wait meanwhile, some microseconds; readers
// do not: what they see of a frozen segment is true until another can be written to.
internal sealed partial class MapCore<TKey, TValue, TAtomics>
{
    /// <summary>Deeper, the directory alone would be larger than any memory.</summary>
    private const int MostDepth = 30;

    /// <summary>
    /// The directory is doubled only while it has at most so many places for a segment. Hashes that all begin alike would
    /// otherwise double it for a handful of entries each time.
    /// </summary>
    private const int MostPlacesOfASegment = 8;

    /// <summary>Makes room where there was none, or waits for the one who does.</summary>
    private void Grow(MapSegment<TKey, TValue> segment)
    {
        TAtomics.Enter(segment.Gate);
        try
        {
            if (segment.IsReplaced != 0) return;
            Freeze(segment);
            try
            {
                Rebuild(segment);
            }
            finally
            {
                if (segment.IsReplaced == 0) Thaw(segment);
            }
        }
        finally
        {
            TAtomics.Exit(segment.Gate);
        }
    }

    private void Rebuild(MapSegment<TKey, TValue> segment)
    {
        ulong half = 1UL << (63 - segment.Depth);
        int low = 0;
        int high = 0;
        for (var cursor = new SegmentCursor<TKey, TValue, TAtomics>(segment); cursor.MoveNext();)
        {
            if ((cursor.Hash & half) == 0) low++;
            else high++;
        }

        if (MapLayout.GroupsFor(low + high) > _tuning.MostGroups && CanPart(segment, low, high)) Part(segment, half, low, high);
        else Enlarge(segment, low + high);
    }

    /// <summary>Whether two segments would be better than one: not where nearly all would go to one of them.</summary>
    private bool CanPart(MapSegment<TKey, TValue> segment, int low, int high)
    {
        if (segment.Depth == MostDepth || Math.Min(low, high) < (low + high) / 16) return false;
        int places = TAtomics.Read(in _directory).Length;
        return segment.Depth < DepthOf(places) || places <= MostPlacesOfASegment * (long)TAtomics.Read(in _segments);
    }

    private void Enlarge(MapSegment<TKey, TValue> segment, int entries)
    {
        using var all = new SegmentBuilder<TKey, TValue, TAtomics>(segment.Start, segment.Depth, entries);
        for (var cursor = new SegmentCursor<TKey, TValue, TAtomics>(segment); cursor.MoveNext();) all.Count(cursor.Hash);
        MapSegment<TKey, TValue> larger = all.Lay(_tuning.ReachFor(entries), _storesHashCodes);
        for (var cursor = new SegmentCursor<TKey, TValue, TAtomics>(segment); cursor.MoveNext();) all.Add(in cursor);
        Publish(segment, larger, larger);
    }

    private void Part(MapSegment<TKey, TValue> segment, ulong half, int low, int high)
    {
        using var lower = new SegmentBuilder<TKey, TValue, TAtomics>(segment.Start, segment.Depth + 1, low);
        using var upper = new SegmentBuilder<TKey, TValue, TAtomics>(segment.Start | half, segment.Depth + 1, high);
        for (var cursor = new SegmentCursor<TKey, TValue, TAtomics>(segment); cursor.MoveNext();) ((cursor.Hash & half) == 0 ? lower : upper).Count(cursor.Hash);
        MapSegment<TKey, TValue> first = lower.Lay(_tuning.ReachFor(low), _storesHashCodes);
        MapSegment<TKey, TValue> second = upper.Lay(_tuning.ReachFor(high), _storesHashCodes);
        for (var cursor = new SegmentCursor<TKey, TValue, TAtomics>(segment); cursor.MoveNext();) ((cursor.Hash & half) == 0 ? lower : upper).Add(in cursor);
        Publish(segment, first, second);
    }

    /// <summary>Puts a segment's successors, one for each half of its hashes or the same for both, in its place.</summary>
    private void Publish(MapSegment<TKey, TValue> segment, MapSegment<TKey, TValue> lower, MapSegment<TKey, TValue> upper)
    {
        TAtomics.Enter(_directoryGate);
        try
        {
            MapSegment<TKey, TValue>[] directory = TAtomics.Read(in _directory);
            if (lower.Depth > DepthOf(directory.Length))
            {
                directory = Double(directory);
                TAtomics.Write(ref _directory, directory);
            }

            PutInPlace(directory, lower);
            if (lower != upper)
            {
                PutInPlace(directory, upper);
                TAtomics.Write(ref _segments, TAtomics.Read(in _segments) + 1);
            }

            segment.IsReplaced = 1;
        }
        finally
        {
            TAtomics.Exit(_directoryGate);
        }
    }

    private static MapSegment<TKey, TValue>[] Double(MapSegment<TKey, TValue>[] directory)
    {
        var doubled = new MapSegment<TKey, TValue>[directory.Length * 2];
        for (int i = 0; i < doubled.Length; i++) TAtomics.Write(ref doubled[i], TAtomics.Read(in directory[i / 2]));
        return doubled;
    }

    private static void PutInPlace(MapSegment<TKey, TValue>[] directory, MapSegment<TKey, TValue> segment)
    {
        ref MapSegment<TKey, TValue> first = ref Place(directory, segment.Start);
        int places = 1 << (DepthOf(directory.Length) - segment.Depth);
        for (int i = 0; i < places; i++) TAtomics.Write(ref Unsafe.Add(ref first, i), segment);
    }

    /// <summary>
    /// Keeps writers out of a segment whose gate the caller holds. From the front to the back, as writers take their locks:
    /// who has the lock of a home finds no group behind it frozen.
    /// </summary>
    private static void Freeze(MapSegment<TKey, TValue> segment)
    {
        SpinWait spinner = default;
        for (int index = 0; index < segment.Count;)
        {
            ref MapGroup<TKey, TValue> group = ref segment.Group(index);
            long word = TAtomics.Read(in group.Word);
            if (!GroupWord.IsLocked(word) && TAtomics.CompareExchange(ref group.Word, word | GroupWord.Frozen, word) == word) index++;
            else TAtomics.Spin(ref spinner);
        }
    }

    /// <summary>Lets the writers in again. From the back to the front, for the reason <see cref="Freeze"/> has.</summary>
    private static void Thaw(MapSegment<TKey, TValue> segment)
    {
        for (int index = segment.Count - 1; index >= 0; index--)
        {
            ref MapGroup<TKey, TValue> group = ref segment.Group(index);
            TAtomics.Write(ref group.Word, TAtomics.Read(in group.Word) & ~GroupWord.Frozen);
        }
    }
}
