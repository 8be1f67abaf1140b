namespace FastCore.Collections;

/// <summary>What is looked for: a key, or something else that the comparer can tell from keys.</summary>
/// <remarks>A struct type parameter, so that each kind of key gets code of its own without a call that could go elsewhere.</remarks>
internal interface IMapProbe<TKey>
{
    /// <summary>See <see cref="MapHash"/>.</summary>
    ulong Hash { get; }

    /// <summary>What the comparer said, stored where <see cref="MapHash.IsPlain"/> does not hold; else without meaning.</summary>
    int HashCode { get; }

    /// <summary>The key to add when it is not there. May be code of the user's, and is never called under a lock.</summary>
    TKey Key { get; }

    /// <summary>Whether the key is the one looked for. May be code of the user's, and is never called under a lock.</summary>
    bool Matches(TKey key);
}
