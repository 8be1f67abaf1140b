using System.Buffers;
using FastCore.Atomics;

namespace FastCore.Collections;

/// <summary>
/// Makes a segment of entries that are shown to it twice: counted, so that it knows where each home's entries come to lie,
/// then added, each to its group without a search.
/// </summary>
/// <remarks>
/// Entries stand in the order of their homes, each as close behind its home as those before it let it. So it is known how far
/// past its home the next entry may have to go, which is little unless hash codes are alike; then it is as much as it takes
/// and a quarter more, so that a segment of equal hash codes grows by steps too.
/// </remarks>
internal sealed class SegmentBuilder<TKey, TValue, TAtomics> : IDisposable
    where TKey : notnull
    where TAtomics : struct, IAtomics
{
    private readonly SegmentShape _shape;

    /// <summary>For each home at first how many entries it has, then the next slot for one of them, counted through all groups.</summary>
    private readonly int[] _next;

    private MapSegment<TKey, TValue>? _segment;

    /// <param name="start">The lowest hash that belongs to the segment.</param>
    /// <param name="depth">How many bits of its hashes are the same.</param>
    /// <param name="entries">How many will be counted.</param>
    internal SegmentBuilder(ulong start, int depth, int entries)
    {
        _shape = new SegmentShape(start, depth, MapLayout.GroupsFor(entries));
        _next = ArrayPool<int>.Shared.Rent(_shape.Homes);
        _next.AsSpan(0, _shape.Homes).Clear();
    }

    internal void Count(ulong hash) => _next[_shape.HomeOf(hash)]++;

    /// <summary>When all are counted: makes the segment, for <see cref="Add"/> to fill.</summary>
    /// <param name="reach">How far past its home an entry may be put at least.</param>
    /// <param name="storesHashCodes">Whether hash codes are kept.</param>
    internal MapSegment<TKey, TValue> Lay(int reach, bool storesHashCodes)
    {
        int next = 0;
        int longestRun = 0;
        int run = 0;
        for (int group = 0; group < _shape.Homes || next >= (group + 1) * MapLayout.Lanes; group++)
        {
            if (group < _shape.Homes)
            {
                int entries = _next[group];
                next = Math.Max(next, group * MapLayout.Lanes);
                _next[group] = next;
                next += entries;
            }

            run = next >= (group + 1) * MapLayout.Lanes ? run + 1 : 0;
            longestRun = Math.Max(longestRun, run);
        }

        // Whatever the next key's home is, it finds a slot behind the full groups that begin there.
        if (longestRun > 0 && longestRun >= reach) reach = longestRun + 1 + (longestRun / 4);
        _segment = new MapSegment<TKey, TValue>(in _shape, reach, storesHashCodes);
        return _segment;
    }

    /// <summary>Adds an entry that was counted.</summary>
    internal void Add(in SegmentCursor<TKey, TValue, TAtomics> entry)
    {
        ulong hash = entry.Hash;
        int home = _shape.HomeOf(hash);
        int index = _next[home]++ / MapLayout.Lanes;
        int lane = MapLayout.FreeLane(TAtomics.ReadSlot(in _segment!.Group(index).Tags), MapHash.Lane(hash));
        _segment.Fill<TAtomics>(index, lane, entry.Key, entry.Value, hash, entry.HashCode);
        for (int passed = home; passed < index; passed++)
        {
            ref MapGroup<TKey, TValue> group = ref _segment.Group(passed);
            TAtomics.Write(ref group.Word, GroupWord.Passed(TAtomics.Read(in group.Word)));
        }
    }

    public void Dispose() => ArrayPool<int>.Shared.Return(_next);
}
