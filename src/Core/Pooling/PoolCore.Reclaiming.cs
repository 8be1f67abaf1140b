namespace FastCore.Pooling;

/// <summary>What others do to a thread's cache: take back what it holds.</summary>
internal sealed partial class PoolCore<TAtomics>
{
    private const int LooksPerMiss = 4;

    /// <summary>
    /// After a full collection: caches of threads that have ended are given back; while memory is short, those of idle threads too,
    /// and what has lain unused since the collection before is let go.
    /// </summary>
    internal void Trim(bool isMemoryShort, List<object> dropped)
    {
        foreach (PoolCache cache in Copy())
        {
            if (HasEnded(cache)) Reclaim(cache, hasEnded: true, dropped);
            else if (isMemoryShort && IsIdle(cache)) Reclaim(cache, hasEnded: false, dropped);
        }

        if (isMemoryShort) Depot.Age(dropped);
        TAtomics.Add(ref _dropped, dropped.Count);
    }

    /// <summary>Takes all out of all caches and the depot. No cache is used after it; what is returned is dropped.</summary>
    internal void Close(List<object> dropped)
    {
        TAtomics.Enter(_gate);
        TAtomics.WriteSlot(ref _isClosed, true);
        PoolCache[] caches = [.. _caches];
        TAtomics.Exit(_gate);
        Depot.Close(dropped);
        foreach (PoolCache cache in caches)
        {
            // From here on its thread does not find it.
            cache.Retire();
            // An owner is inside for some nanoseconds, unless it has lost its processor there. The claim is never given back.
            SpinWait spinner = default;
            while (!cache.State.Lock.TryClaim<TAtomics>()) TAtomics.Spin(ref spinner);
            EmptyClaimed(cache, hasEnded: false, dropped);
        }

        TAtomics.Add(ref _dropped, dropped.Count);
    }

    /// <summary>Sums, each read for itself: while the pool is used they need not fit together.</summary>
    internal PoolStatistics Look()
    {
        TAtomics.Enter(_gate);
        CacheCounts sum = _ended;
        int cached = 0;
        foreach (PoolCache cache in _caches)
        {
            sum = sum.With(in cache.State);
            cached += CountLast(cache) + Volatile.Read(in cache.State.Count) + Volatile.Read(in cache.State.SpareCount);
        }

        TAtomics.Exit(_gate);
        long gets = sum.Gets + Volatile.Read(in _getsOutside);
        long misses = sum.Misses + Volatile.Read(in _missesOutside);
        long returns = sum.Returns + Volatile.Read(in _returnsOutside);
        return new PoolStatistics
        {
            Hits = gets - misses,
            Misses = misses,
            Stolen = Volatile.Read(in _stolen),
            Dropped = Volatile.Read(in _dropped),
            Live = gets - returns,
            Retained = cached + Depot.Count,
        };
    }

    /// <summary>1 if the object that was returned last is there.</summary>
    private static int CountLast(PoolCache cache) =>
        Volatile.Read(in cache.State.LastReturns) > Volatile.Read(in cache.State.LastGets) && Volatile.Read(in cache.Last) != null ? 1 : 0;

    private static bool HasEnded(PoolCache cache) => !cache.Owner.IsAlive;

    /// <summary>A miss looks at a few caches, so that its price does not grow with their number.</summary>
    /// <returns>Whether one was of a thread that has ended; then the depot has what it held.</returns>
    private bool ReclaimEnded(ref List<object>? dropped)
    {
        for (int i = 0; i < LooksPerMiss; i++)
        {
            TAtomics.Enter(_gate);
            PoolCache? cache = _caches.Count <= i ? null : _caches[(int)(_next++ % (uint)_caches.Count)];
            TAtomics.Exit(_gate);
            if (cache == null) return false;
            if (!HasEnded(cache)) continue;
            Reclaim(cache, hasEnded: true, dropped ??= []);
            TAtomics.Add(ref _dropped, dropped.Count);
            return true;
        }

        return false;
    }

    private PoolCache[] Copy()
    {
        TAtomics.Enter(_gate);
        PoolCache[] caches = [.. _caches];
        TAtomics.Exit(_gate);
        return caches;
    }

    /// <summary>Whether nothing has been done with it since this was last asked.</summary>
    private static bool IsIdle(PoolCache cache)
    {
        ref PoolCacheState state = ref cache.State;
        long operations = Volatile.Read(in state.Gets) + Volatile.Read(in state.Returns) + Volatile.Read(in state.LastGets) + Volatile.Read(in state.LastReturns);
        bool isIdle = operations == cache.State.OperationsSeen;
        cache.State.OperationsSeen = operations;
        return isIdle;
    }

    /// <summary>Moves what a cache holds to the depot.</summary>
    internal void Reclaim(PoolCache cache, bool hasEnded, List<object> dropped)
    {
        if (!cache.State.Lock.TryClaim<TAtomics>()) return;
        var items = new List<object>();
        EmptyClaimed(cache, hasEnded, items);
        foreach (object item in items)
        {
            if (!Depot.TryAddOne(item)) dropped.Add(item);
        }

        TAtomics.Add(ref _stolen, items.Count);
        if (hasEnded)
        {
            TAtomics.Enter(_gate);
            // Another may have seen it in the list and come second.
            if (_caches.Remove(cache)) _ended = _ended.With(in cache.State);
            TAtomics.Exit(_gate);
        }

        cache.State.Lock.Release<TAtomics>();
    }

    private void EmptyClaimed(PoolCache cache, bool hasEnded, List<object> items)
    {
        ref PoolCacheState state = ref cache.State;
        // Of a thread that has ended nobody else can take it; of another it is let go.
        if (hasEnded && state.LastReturns > state.LastGets && TAtomics.Read(in cache.Last) is { } last) items.Add(last);
        if (TAtomics.Read(in cache.Last) != null) TAtomics.Write(ref cache.Last, null);
        Depot<TAtomics>.Empty(TAtomics.ReadSlot(in cache.Loaded), TAtomics.ReadSlot(in state.Count), items);
        Depot<TAtomics>.Empty(TAtomics.ReadSlot(in cache.Spare), TAtomics.ReadSlot(in state.SpareCount), items);
        TAtomics.WriteSlot(ref state.Count, 0);
        TAtomics.WriteSlot(ref state.SpareCount, 0);
    }

    /// <summary>What caches have counted, summed up.</summary>
    private readonly record struct CacheCounts(long Gets, long Returns, long Misses)
    {
        internal CacheCounts With(in PoolCacheState state) =>
            new(
                Gets + Volatile.Read(in state.Gets) + Volatile.Read(in state.LastGets),
                Returns + Volatile.Read(in state.Returns) + Volatile.Read(in state.LastReturns),
                Misses + Volatile.Read(in state.Misses));
    }
}
