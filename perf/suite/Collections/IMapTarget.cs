namespace FastCore.Perf.Collections;

/// <summary>A dictionary for several threads, as the bench calls it. A struct, so that each kind gets code of its own.</summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
/// <typeparam name="TKey">Its keys.</typeparam>
internal interface IMapTarget<TSelf, TKey>
    where TSelf : struct, IMapTarget<TSelf, TKey>
{
    /// <summary>Makes an empty one.</summary>
    static abstract TSelf Create();

    bool TryGet(TKey key, out long value);

    void Set(TKey key, long value);

    bool TryAdd(TKey key, long value);

    bool TryRemove(TKey key, out long value);

    /// <summary>All values; nobody writes meanwhile.</summary>
    IEnumerable<long> Values { get; }
}
