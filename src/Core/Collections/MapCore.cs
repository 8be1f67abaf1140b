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
