namespace FastCore.Collections;

/// <summary>
/// What a writer saw before it took any lock. It is still so when the lock of the home group is taken by a compare-and-swap
/// from <paramref name="Word"/>.
/// </summary>
/// <param name="Segment">Where the key belongs.</param>
/// <param name="Home">The group that is looked into first, whose lock is the key's.</param>
/// <param name="Word">The home group's word: neither locked nor frozen.</param>
/// <param name="Group">The group in which the key was found.</param>
/// <param name="Lane">The slot in which the key was found.</param>
internal readonly record struct MapSight<TKey, TValue>(MapSegment<TKey, TValue> Segment, int Home, long Word, int Group, int Lane);
