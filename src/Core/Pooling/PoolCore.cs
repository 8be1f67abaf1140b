using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Pooling;

/// <summary>The engine of a pool: the caches of its threads, and the depot they exchange magazines with.</summary>
/// <remarks>
/// <para><b>Invariant.</b> An object is in one cache, in the depot, or out; so it is in one hand. What a cache holds is touched
/// inside its lock: by its owner, or by one who has claimed it, because the owner has ended, does nothing, or the pool closes. The
/// object returned last is outside of that: only the owner takes it, and what others may do, write null over it, loses it for
/// the pool and for nobody else.</para>
/// <para><b>Linearisation.</b> At the owner's read of the last one; else inside the cache's lock, or inside the depot's gate where the two exchange.</para>
/// <para><b>Order of locks.</b> The list of caches before a claim, a cache's lock before the depot's gate. No code of the user's runs
/// inside any of them.</para>
/// </remarks>
internal sealed partial class PoolCore<TAtomics>(int magazineSize, int maximumRetained)
    where TAtomics : struct, IAtomics
{
    private readonly Gate _gate = new();

    /// <summary>Guarded by the gate, as <see cref="_isClosed"/>, <see cref="_next"/> and <see cref="_ended"/> are.</summary>
    private readonly List<PoolCache> _caches = [];

    private bool _isClosed;

    /// <summary>The cache that a miss looks at next.</summary>
    private uint _next;

    /// <summary>What the caches of threads that have ended had counted.</summary>
    private CacheCounts _ended;

    /// <summary>What was got and returned while the thread's cache was claimed by another, by all threads.</summary>
    private long _getsOutside;

    private long _returnsOutside;

    private long _missesOutside;

    private long _dropped;

    private long _stolen;

    internal Depot<TAtomics> Depot { get; } = new(magazineSize, Math.Max(1, maximumRetained / magazineSize));

    /// <summary>A cache for a thread; null when the pool is closed.</summary>
    internal PoolCache? AddCache(long poolNumber, Thread owner)
    {
        var cache = new PoolCache(poolNumber, owner, magazineSize);
        TAtomics.Enter(_gate);
        bool isClosed = TAtomics.ReadSlot(in _isClosed);
        if (!isClosed) _caches.Add(cache);
        TAtomics.Exit(_gate);
        return isClosed ? null : cache;
    }

    /// <summary>The owner's shortest way: the object that it returned last. Null sends it a longer one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static object? TryGetLast(PoolCache cache)
    {
        ref PoolCacheState state = ref cache.State;
        long gets = state.LastGets;
        if (gets == state.LastReturns) return null;
        state.LastGets = gets + 1;
        return TAtomics.Read(in cache.Last) ?? MissLast(ref state);
    }

    /// <summary>The owner's shortest way: it becomes the last one returned. False sends it a longer one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryReturnLast(PoolCache cache, object item)
    {
        ref PoolCacheState state = ref cache.State;
        long returns = state.LastReturns;
        if (returns != state.LastGets) return false;
        // A comparison costs less than the collector's note of a reference that was written.
        if (TAtomics.Read(in cache.Last) != item) TAtomics.Write(ref cache.Last, item);
        state.LastReturns = returns + 1;
        return true;
    }

    /// <summary>The owner's way when the loaded magazine has an object. Null sends it the slow way.</summary>
    internal static object? TryGet(PoolCache cache)
    {
        ref PoolCacheState state = ref cache.State;
        if (!state.Lock.TryEnter<TAtomics>()) return null;
        object? item = null;
        Slot[] loaded = TAtomics.ReadSlot(in cache.Loaded);
        int last = TAtomics.ReadSlot(in state.Count) - 1;
        if ((uint)last < (uint)loaded.Length)
        {
            ref object? slot = ref loaded[last].Item;
            item = TAtomics.ReadSlot(in slot);
            TAtomics.WriteSlot(ref slot, null);
            TAtomics.WriteSlot(ref state.Count, last);
            state.Gets++;
        }

        state.Lock.Leave<TAtomics>();
        return item;
    }

    /// <summary>The owner's way when there is room in the loaded magazine. False sends it the slow way.</summary>
    internal static bool TryReturn(PoolCache cache, object item)
    {
        ref PoolCacheState state = ref cache.State;
        if (!state.Lock.TryEnter<TAtomics>()) return false;
        Slot[] loaded = TAtomics.ReadSlot(in cache.Loaded);
        int count = TAtomics.ReadSlot(in state.Count);
        bool hasRoom = (uint)count < (uint)loaded.Length;
        if (hasRoom)
        {
            TAtomics.WriteSlot(ref loaded[count].Item, item);
            TAtomics.WriteSlot(ref state.Count, count + 1);
            state.Returns++;
        }

        state.Lock.Leave<TAtomics>();
        return hasRoom;
    }

    /// <summary>The owner's way when the loaded magazine is empty, or the cache is claimed.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="dropped">Gets what a thread that has ended held and can't be kept; mostly null.</param>
    /// <returns>Null when there is no object: make one.</returns>
    internal object? GetSlowly(PoolCache cache, out List<object>? dropped)
    {
        dropped = null;
        ref PoolCacheState state = ref cache.State;
        if (!state.Lock.TryEnter<TAtomics>()) return GetOutside();
        if (TAtomics.ReadSlot(in state.Count) == 0 && !SwapForFull(cache))
        {
            int taken = TakeFull(cache);
            if (taken == 0 && ReclaimEnded(ref dropped)) taken = TakeFull(cache);
            TAtomics.WriteSlot(ref state.Count, taken);
        }

        object? item = null;
        int last = TAtomics.ReadSlot(in state.Count) - 1;
        state.Gets++;
        if (last >= 0)
        {
            ref Slot slot = ref TAtomics.ReadSlot(in cache.Loaded)[last];
            item = TAtomics.ReadSlot(in slot.Item);
            TAtomics.WriteSlot(ref slot.Item, null);
            TAtomics.WriteSlot(ref state.Count, last);
        }
        else
        {
            state.Misses++;
        }

        state.Lock.Leave<TAtomics>();
        return item;
    }

    /// <summary>The owner's way when the loaded magazine is full, or the cache is claimed.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="item">What is returned.</param>
    /// <param name="dropped">Gets what can't be kept; null if all can.</param>
    internal void ReturnSlowly(PoolCache cache, object item, out List<object>? dropped)
    {
        dropped = null;
        ref PoolCacheState state = ref cache.State;
        if (!state.Lock.TryEnter<TAtomics>())
        {
            ReturnOutside(item, out dropped);
            return;
        }

        if (TAtomics.ReadSlot(in state.Count) == magazineSize && !SwapForEmpty(cache)) GiveFull(cache, out dropped);
        int count = TAtomics.ReadSlot(in state.Count);
        TAtomics.WriteSlot(ref TAtomics.ReadSlot(in cache.Loaded)[count].Item, item);
        TAtomics.WriteSlot(ref state.Count, count + 1);
        state.Returns++;
        state.Lock.Leave<TAtomics>();
        if (dropped != null) TAtomics.Add(ref _dropped, dropped.Count);
    }

    /// <summary>An object of the depot, counted apart from all caches. Null when there is none.</summary>
    internal object? GetOutside()
    {
        TAtomics.Add(ref _getsOutside, 1);
        object? item = Depot.TakeOne();
        if (item == null) TAtomics.Add(ref _missesOutside, 1);
        return item;
    }

    /// <summary>An object for the depot, counted apart from all caches.</summary>
    internal void ReturnOutside(object item, out List<object>? dropped)
    {
        dropped = null;
        TAtomics.Add(ref _returnsOutside, 1);
        if (Depot.TryAddOne(item)) return;
        dropped = [item];
        TAtomics.Add(ref _dropped, 1);
    }

    /// <summary>An object that was returned and is not kept, because its policy refuses it.</summary>
    internal void CountRefused()
    {
        TAtomics.Add(ref _returnsOutside, 1);
        TAtomics.Add(ref _dropped, 1);
    }

    /// <summary>An object that was to be made and was not: the get that missed was none.</summary>
    internal void CountUnmade()
    {
        TAtomics.Add(ref _getsOutside, -1);
        TAtomics.Add(ref _missesOutside, -1);
    }

    /// <summary>It was let go meanwhile, so that get was none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static object? MissLast(ref PoolCacheState state)
    {
        state.Gets--;
        return null;
    }

    private static bool SwapForFull(PoolCache cache)
    {
        ref PoolCacheState state = ref cache.State;
        int spare = TAtomics.ReadSlot(in state.SpareCount);
        if (spare == 0) return false;
        Swap(cache);
        TAtomics.WriteSlot(ref state.Count, spare);
        TAtomics.WriteSlot(ref state.SpareCount, 0);
        return true;
    }

    private static bool SwapForEmpty(PoolCache cache)
    {
        ref PoolCacheState state = ref cache.State;
        if (TAtomics.ReadSlot(in state.SpareCount) != 0) return false;
        Swap(cache);
        TAtomics.WriteSlot(ref state.SpareCount, TAtomics.ReadSlot(in state.Count));
        TAtomics.WriteSlot(ref state.Count, 0);
        return true;
    }

    private static void Swap(PoolCache cache)
    {
        Slot[] loaded = TAtomics.ReadSlot(in cache.Loaded);
        TAtomics.WriteSlot(ref cache.Loaded, TAtomics.ReadSlot(in cache.Spare));
        TAtomics.WriteSlot(ref cache.Spare, loaded);
    }

    private int TakeFull(PoolCache cache)
    {
        Slot[] magazine = TAtomics.ReadSlot(in cache.Loaded);
        int taken = Depot.TakeFull(ref magazine);
        TAtomics.WriteSlot(ref cache.Loaded, magazine);
        return taken;
    }

    /// <summary>Both magazines are full: the spare one goes to the depot, the loaded one becomes the spare, and an empty one is loaded.</summary>
    private void GiveFull(PoolCache cache, out List<object>? dropped)
    {
        dropped = null;
        Slot[] full = TAtomics.ReadSlot(in cache.Spare);
        if (!Depot.TryAddFull(full, out Slot[]? empty))
        {
            dropped = new List<object>(magazineSize);
            Depot<TAtomics>.Empty(full, magazineSize, dropped);
            empty = full;
        }

        TAtomics.WriteSlot(ref cache.Spare, TAtomics.ReadSlot(in cache.Loaded));
        TAtomics.WriteSlot(ref cache.Loaded, empty ?? new Slot[magazineSize]);
        TAtomics.WriteSlot(ref cache.State.Count, 0);
    }
}
