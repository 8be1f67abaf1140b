using System.Runtime.CompilerServices;

namespace FastCore.Collections;

/// <summary>When a map's segments grow and part. The tests make them small, so that all of it happens with few entries.</summary>
/// <param name="MostGroups">A segment that would need more parts in two, where its hashes allow it.</param>
/// <param name="Reach">How many groups past its home an entry may be put, in segments that are not small.</param>
internal readonly record struct MapTuning(int MostGroups, int Reach)
{
    /// <summary>
    /// Arrays of 85 000 bytes and more are large objects to the collector, which clears up after them seldom and at great
    /// cost.
    /// </summary>
    private const int MostBytes = 72_000;

    /// <summary>
    /// Large segments, so that the directory and what leads from it to the groups stay in the processor's caches; and small
    /// enough for a writer to wait while one is copied, some tens of microseconds.
    /// </summary>
    internal static MapTuning For<TKey, TValue>() =>
        new(Math.Clamp(MostBytes / Unsafe.SizeOf<MapGroup<TKey, TValue>>(), 8, 256), Reach: 2);

    /// <summary>The reach of a segment made for so many entries: small ones do without.</summary>
    internal int ReachFor(int entries) => Math.Min(Reach, MapLayout.GroupsFor(entries) / 2);
}
