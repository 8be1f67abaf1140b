using System.Collections.Concurrent;
using FastCore.Collections;

namespace FastCore.Perf.Collections;

/// <summary>Ours.</summary>
internal readonly struct FastCoreMap<TKey>(ConcurrentMap<TKey, long> map) : IMapTarget<FastCoreMap<TKey>, TKey> where TKey : notnull
{
    public IEnumerable<long> Values => map.Values;

    public static FastCoreMap<TKey> Create() => new(new ConcurrentMap<TKey, long>());

    public bool TryGet(TKey key, out long value) => map.TryGetValue(key, out value);

    public void Set(TKey key, long value) => map[key] = value;

    public bool TryAdd(TKey key, long value) => map.TryAdd(key, value);

    public bool TryRemove(TKey key, out long value) => map.TryRemove(key, out value);
}

/// <summary>The stock one.</summary>
internal readonly struct StockMap<TKey>(ConcurrentDictionary<TKey, long> map) : IMapTarget<StockMap<TKey>, TKey> where TKey : notnull
{
    public IEnumerable<long> Values => map.Values;

    public static StockMap<TKey> Create() => new(new ConcurrentDictionary<TKey, long>());

    public bool TryGet(TKey key, out long value) => map.TryGetValue(key, out value);

    public void Set(TKey key, long value) => map[key] = value;

    public bool TryAdd(TKey key, long value) => map.TryAdd(key, value);

    public bool TryRemove(TKey key, out long value) => map.TryRemove(key, out value);
}

/// <summary>Vladimir Sadov's, after Cliff Click's non-blocking hash table.</summary>
internal readonly struct NonBlockingMap<TKey>(NonBlocking.ConcurrentDictionary<TKey, long> map) : IMapTarget<NonBlockingMap<TKey>, TKey> where TKey : notnull
{
    public IEnumerable<long> Values => map.Values;

    public static NonBlockingMap<TKey> Create() => new(new NonBlocking.ConcurrentDictionary<TKey, long>());

    public bool TryGet(TKey key, out long value) => map.TryGetValue(key, out value);

    public void Set(TKey key, long value) => map[key] = value;

    public bool TryAdd(TKey key, long value) => map.TryAdd(key, value);

    public bool TryRemove(TKey key, out long value) => map.TryRemove(key, out value);
}

/// <summary>A dictionary behind a reader-writer lock.</summary>
internal readonly struct ReaderWriterMap<TKey>(Dictionary<TKey, long> map, ReaderWriterLockSlim access) : IMapTarget<ReaderWriterMap<TKey>, TKey> where TKey : notnull
{
    public IEnumerable<long> Values => map.Values;

    public static ReaderWriterMap<TKey> Create() => new([], new ReaderWriterLockSlim());

    public bool TryGet(TKey key, out long value)
    {
        access.EnterReadLock();
        try
        {
            return map.TryGetValue(key, out value);
        }
        finally
        {
            access.ExitReadLock();
        }
    }

    public void Set(TKey key, long value)
    {
        access.EnterWriteLock();
        try
        {
            map[key] = value;
        }
        finally
        {
            access.ExitWriteLock();
        }
    }

    public bool TryAdd(TKey key, long value)
    {
        access.EnterWriteLock();
        try
        {
            return map.TryAdd(key, value);
        }
        finally
        {
            access.ExitWriteLock();
        }
    }

    public bool TryRemove(TKey key, out long value)
    {
        access.EnterWriteLock();
        try
        {
            return map.Remove(key, out value);
        }
        finally
        {
            access.ExitWriteLock();
        }
    }
}

/// <summary>Dictionaries behind a lock each, of which the hash code chooses one.</summary>
internal readonly struct ShardedMap<TKey>((Lock Access, Dictionary<TKey, long> Map)[] shards) : IMapTarget<ShardedMap<TKey>, TKey> where TKey : notnull
{
    private const int Shards = 32;

    public IEnumerable<long> Values => shards.SelectMany(static shard => shard.Map.Values);

    public static ShardedMap<TKey> Create() => new([.. Enumerable.Range(0, Shards).Select(static _ => (new Lock(), new Dictionary<TKey, long>()))]);

    public bool TryGet(TKey key, out long value)
    {
        (Lock access, Dictionary<TKey, long> map) = ShardOf(key);
        lock (access) return map.TryGetValue(key, out value);
    }

    public void Set(TKey key, long value)
    {
        (Lock access, Dictionary<TKey, long> map) = ShardOf(key);
        lock (access) map[key] = value;
    }

    public bool TryAdd(TKey key, long value)
    {
        (Lock access, Dictionary<TKey, long> map) = ShardOf(key);
        lock (access) return map.TryAdd(key, value);
    }

    public bool TryRemove(TKey key, out long value)
    {
        (Lock access, Dictionary<TKey, long> map) = ShardOf(key);
        lock (access) return map.Remove(key, out value);
    }

    private (Lock Access, Dictionary<TKey, long> Map) ShardOf(TKey key) => shards[(uint)key.GetHashCode() % Shards];
}
