using System.Runtime.CompilerServices;

namespace FastCore.Collections;

/// <summary>Which hashes belong to a segment, and which of its groups is the home of each.</summary>
internal readonly struct SegmentShape
{
    /// <summary>How many homes a directory of such segments would have.</summary>
    private readonly ulong _allHomes;

    /// <summary>How many of them would lie in the segments before this one.</summary>
    private readonly uint _homesBefore;

    /// <param name="start">The lowest hash that belongs to the segment.</param>
    /// <param name="depth">How many bits of its hashes are the same.</param>
    /// <param name="homes">How many of its groups are some key's home.</param>
    internal SegmentShape(ulong start, int depth, int homes)
    {
        Start = start;
        Depth = depth;
        Homes = homes;
        _allHomes = (ulong)homes << depth;
        _homesBefore = Scale(start);
    }

    internal ulong Start { get; }

    internal int Depth { get; }

    internal int Homes { get; }

    /// <summary>The hash behind the segment's last; 0 behind the last of all.</summary>
    internal ulong End => Depth == 0 ? 0 : Start + (1UL << (64 - Depth));

    /// <summary>The first group that is looked into for a hash: below <see cref="Homes"/> for those that belong to the segment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int HomeOf(ulong hash) => (int)(Scale(hash) - _homesBefore);

    /// <summary>The upper half of a hash as a fraction of all homes. It may wrap; the difference of two does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Scale(ulong hash) => (uint)(((hash >> 32) * _allHomes) >> 32);
}
