namespace FastCore.Collections;

/// <summary>When a map's segments grow and part. The tests make them small, so that all of it happens with few entries.</summary>
/// <param name="MostGroups">A segment that would need more parts in two, where its hashes allow it.</param>
/// <param name="Reach">How many groups past its home an entry may be put, in segments that are not small.</param>
internal readonly record struct MapTuning(int MostGroups, int Reach)
{
    internal static MapTuning Default { get; } = new(64, 2);

    /// <summary>The reach of a segment made for so many entries: small ones do without.</summary>
    internal int ReachFor(int entries) => Math.Min(Reach, MapLayout.GroupsFor(entries) / 2);
}
