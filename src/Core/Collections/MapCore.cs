// A hash table of segments (extendible hashing: Fagin, Nievergelt, Pippenger, Strong, 1979) of groups (Swiss tables: Abseil,
// 2017; passers-by counted as in Meta's F14, 2019), each guarded by a sequence lock (Lameter, 2005).
//
// Invariants. The directory's places, by the high bits of a hash, name the one segment that has the hash's entries. A key is in
// one slot at most, in its home group or in one of the few behind it; while it is in group g, the count of every group from
// its home to the one before g includes it. Whatever happens to a key happens under the lock of its home group, and changes
// that group's version; what happens to a slot of another group happens under that group's lock too, taken after the home's.
// Locks are taken from the front of a segment to its back, and whoever freezes a segment does so in the same order: nobody
// waits in a circle. A frozen group is not changed. A segment that was replaced stays frozen for ever.
//
// Linearisation points. A read takes place at its last look at the word of the group where it found the key; a read that does
// not find it takes place at some moment between its first look and its last: a key that stayed from the one to the other
// stayed in one slot, and was seen there (were it behind a group whose count was zero, the invariant would be broken). In a
// frozen segment the read takes place no later than the segment was frozen, or, if that was before the call, at the moment
// when the call found the segment in the directory: until others take its place nobody can write anything else. A write takes
// place where it gives back the lock of the group it wrote to; one that refuses, as its read. A snapshot takes place when the
// last group is frozen, a clearing when the empty directory is published.
//
// Why the lock proves what was seen before: it is taken by a compare-and-swap from the word read first. Had anything happened
// to a key of this home meanwhile, the word's version would be another.
//
// Memory order. Readers: the acquire read of the word comes before the copies, the barrier behind each copy keeps the second
// read of the word behind them. If that read gives the same word, no writer had its lock in between: a writer's stores come
// after its compare-and-swap (FenceWrites: on ARM64 they could pass the store half of it) and before the release store that
// gives back the lock, so a copy that has any of them makes the second read see that lock or a later version. Writers: the
// compare-and-swap sees all that the last holder wrote before its release store. Growth: a segment is filled before the
// release store that puts it into the directory; readers get it by an acquire read. The gates order the freezers among each
// other, and IsReplaced.

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;

namespace FastCore.Collections;

/// <summary>The engine of <see cref="ConcurrentMap{TKey, TValue}"/>.</summary>
internal sealed partial class MapCore<TKey, TValue, TAtomics>
    where TKey : notnull
    where TAtomics : struct, IAtomics
{
    private readonly MapTuning _tuning;

    /// <summary>Whether hash codes are kept: where asking the key again would cost more, or run code of the user's.</summary>
    private readonly bool _storesHashCodes;

    /// <summary>Held while the directory is written; the holder waits for nobody.</summary>
    private readonly Gate _directoryGate = new();

    /// <summary>
    /// A power of two of places, two at least; the high bits of a hash say which. A segment whose hashes share fewer bits
    /// stands in several places in a row. Replaced, and its places written, under the gate alone.
    /// </summary>
    private MapSegment<TKey, TValue>[] _directory;

    /// <summary>How many segments the directory holds. Written under its gate.</summary>
    private int _segments;

    internal MapCore(int capacity, bool storesHashCodes, MapTuning tuning)
    {
        _tuning = tuning;
        _storesHashCodes = storesHashCodes;
        _directory = NewDirectory(capacity);
        _segments = _directory[0] == _directory[1] ? 1 : _directory.Length;
    }

    /// <summary>The segment that has the entries of a hash, or had them when the call began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private MapSegment<TKey, TValue> SegmentOf(ulong hash)
    {
        MapSegment<TKey, TValue>[] directory = TAtomics.Read(in _directory);
        return TAtomics.Read(in Place(directory, hash));
    }

    /// <remarks>Unchecked: a product of 32 bits by the length, shifted by 32, is below the length. That being a power of two, it is the hash's high bits.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref MapSegment<TKey, TValue> Place(MapSegment<TKey, TValue>[] directory, ulong hash) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(directory), (nint)(((hash >> 32) * (uint)directory.Length) >> 32));

    private static int DepthOf(int places) => BitOperations.Log2((uint)places);

    /// <summary>Empty segments for so many entries.</summary>
    private MapSegment<TKey, TValue>[] NewDirectory(int capacity)
    {
        int parts = 1;
        while (MapLayout.GroupsFor(capacity / parts) > _tuning.MostGroups) parts *= 2;
        int entries = (capacity + parts - 1) / parts;
        int depth = DepthOf(parts);
        var directory = new MapSegment<TKey, TValue>[Math.Max(2, parts)];
        for (int i = 0; i < parts; i++) directory[i] = new(new SegmentShape((ulong)i << (64 - depth), depth, MapLayout.GroupsFor(entries)), _tuning.ReachFor(entries), _storesHashCodes);
        if (parts == 1) directory[1] = directory[0];
        return directory;
    }
}
