using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastCore.Collections;

/// <summary>The sizes that hold for every map, and what is computed on tags.</summary>
internal static class MapLayout
{
    /// <summary>Slots of a group: as many as one vector of tags has bytes.</summary>
    internal const int Lanes = 16;

    /// <summary>A rebuilt segment holds this many entries in two groups: two thirds full, so that a third more fits before the next.</summary>
    private const int EntriesInTwoGroups = 21;

    private static readonly Vector128<byte> LaneNumbers = Vector128<byte>.Indices;

    /// <summary>How many groups hold so many entries and room to grow.</summary>
    internal static int GroupsFor(int entries) => Math.Max(1, (int)(((entries * 2L) + EntriesInTwoGroups - 1) / EntriesInTwoGroups));

    /// <summary>A bit for each slot in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Used(Vector128<byte> tags) => tags.ExtractMostSignificantBits();

    /// <summary>A bit for each slot with that tag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint With(Vector128<byte> tags, Vector128<byte> tag) => Vector128.Equals(tags, tag).ExtractMostSignificantBits();

    /// <summary>
    /// The free slot next to the one wished for, or -1. Most entries get a slot in the cache line in which readers, while
    /// they still wait for the tags, expect them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int FreeLane(Vector128<byte> tags, int wish)
    {
        uint free = ~Used(tags) & 0xFFFF;
        return free == 0 ? -1 : (wish + BitOperations.TrailingZeroCount((free | (free << Lanes)) >> wish)) & (Lanes - 1);
    }

    /// <summary>The tags with one of them replaced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> Replace(Vector128<byte> tags, int lane, byte tag) =>
        Vector128.ConditionalSelect(Vector128.Equals(LaneNumbers, Vector128.Create((byte)lane)), Vector128.Create(tag), tags);
}
