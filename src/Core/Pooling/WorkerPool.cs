using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using FastCore.Atomics;
using FastCore.Channels.Queues;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Pooling;

/// <summary>
/// A pool of objects for many threads: each has some of its own, which it gets and returns without a locked instruction, and
/// exchanges whole batches with the others when it has none left or too many.
/// </summary>
/// <remarks>
/// <para>
/// An object may be returned by another thread than the one that got it. What is returned twice is in two hands:
/// <see cref="Rent"/> can't be. <see cref="IResettable"/> is honoured, as by the stock pools, by
/// <see cref="DefaultPooledObjectPolicy{T}"/>.
/// </para>
/// <para>
/// <b>Memory.</b> Kept are twice <see cref="WorkerPoolOptions.BatchSize"/> objects a thread, and
/// <see cref="WorkerPoolOptions.MaximumRetained"/> for all. While memory is short, what nobody has needed from one full collection to
/// the next is let go. What threads kept that have ended is given to the others. Threads hold what they keep, and so a pool that
/// its own objects refer to: such a one lives until it is disposed of, or its threads end.
/// </para>
/// <para>
/// <b>Threads.</b> Every member may be called from any thread. <b>Disposal.</b> Where objects are <see cref="IDisposable"/>, the pool
/// disposes of those it lets go, and on <see cref="Dispose"/> of all it keeps; an object that is returned later is disposed of then.
/// What one of them throws at that goes to whoever called <see cref="Return"/>, and keeps no other from being disposed of. Where
/// nobody has called, as when memory is short, the first is thrown by <see cref="Dispose"/>, and the others are not told.
/// </para>
/// </remarks>
/// <typeparam name="T">The objects.</typeparam>
public sealed partial class WorkerPool<T> : ObjectPool<T>, IDisposable, IPool, ISpareKeeper
    where T : class
{
    private readonly PoolCore<HardwareAtomics> _core;

    private readonly int _place;

    private readonly long _number;

    /// <summary>Null where it would accept everything, so that it need not be asked.</summary>
    private readonly Func<T, bool>? _accept;

    private readonly Func<T> _create;

    private readonly LeakTracker<T>? _leaks;

    /// <summary>Whether objects may have to be disposed of: all but those of a sealed type that can't.</summary>
    private readonly bool _isDisposable = !typeof(T).IsSealed || typeof(T).IsAssignableTo(typeof(IDisposable));

    /// <summary>Whether a returned object has to be looked at: there is a policy to ask, some are tracked, or it may be disposable.</summary>
    private readonly bool _mustLook;

    private readonly int _sampleInterval;

    private readonly PoolMetrics? _metrics;

    private int _isDisposed;

    /// <summary>What an object threw first when it was disposed of with nobody there to be told.</summary>
    private Exception? _untold;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="policy">Makes objects, and decides whether a returned one is kept. Its own exceptions go to the caller.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <exception cref="ArgumentNullException">The policy is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public WorkerPool(IPooledObjectPolicy<T> policy, WorkerPoolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        options ??= new WorkerPoolOptions();
        options.Validate();
        Name = options.Name ?? typeof(T).Name;
        _core = new PoolCore<HardwareAtomics>(options.BatchSize, options.MaximumRetained);
        (_place, _number) = PoolPlaces.Register();
        _create = policy.Create;
        _accept = AcceptsAll(policy) ? null : policy.Return;
        _sampleInterval = options.LeakSampleInterval;
        if (_sampleInterval > 0) _leaks = new LeakTracker<T>(Name, options.OnLeak);
        _mustLook = _accept != null || _leaks != null || _isDisposable;
        if (options.Name != null)
        {
            _metrics = options.Metrics ?? PoolMetrics.Default;
            _metrics.Add(this);
        }

        SpareTrimmer.Watch(this);
    }

    /// <summary>Nobody uses the pool any more. Threads' caches live on: they are emptied, and what they kept is for the collector.</summary>
    ~WorkerPool()
    {
        // A constructor that threw has left a pool without a place.
        if (_number == 0) return;
        PoolPlaces.Unregister(_place);
        _core.Close([]);
    }

    /// <summary>The name given in the options, or that of the objects' type.</summary>
    public string Name { get; }

    /// <summary>What the pool has done so far.</summary>
    public PoolStatistics Statistics => _core.Look() with { Leaks = _leaks?.Leaks ?? 0 };

    /// <summary>An object: of those returned before, or a new one.</summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public override T Get()
    {
        PoolCache[]? caches = ThreadCaches.OfThisThread;
        int place = _place;
        if (caches == null || (uint)place >= (uint)caches.Length) return GetSlowly();
        PoolCache cache = caches[place];
        if (cache.PoolNumber != _number) return GetSlowly();
        object? item = PoolCore<HardwareAtomics>.TryGetLast(cache);
        if (item == null) return GetNext(cache);
        PooledObjectLives.Get(item);
        return Unsafe.As<T>(item);
    }

    /// <summary>Gives an object back; the policy may refuse it.</summary>
    /// <param name="obj">The object, which the caller must not use any more.</param>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public override void Return(T obj)
    {
        PoolCache[]? caches = ThreadCaches.OfThisThread;
        ArgumentNullException.ThrowIfNull(obj);
        if (_mustLook)
        {
            Look(obj);
            return;
        }

        PooledObjectLives.Return(obj);
        int place = _place;
        if (caches == null || (uint)place >= (uint)caches.Length || caches[place].PoolNumber != _number || !PoolCore<HardwareAtomics>.TryReturnLast(caches[place], obj))
            ReturnNext(obj);
    }

    /// <summary>Disposes of what the pool keeps, if it is disposable. Objects that are out may still be returned.</summary>
    /// <exception cref="Exception">What an object threw at its disposal. The pool is disposed of, and all others are.</exception>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _metrics?.Remove(this);
        PoolPlaces.Unregister(_place);
        GC.SuppressFinalize(this);
        var dropped = new List<object>();
        _core.Close(dropped);
        TellLater(LetGo(dropped));
        if (Volatile.Read(ref _untold) is { } untold) ExceptionDispatchInfo.Throw(untold);
    }

    void ISpareKeeper.DropUnused(bool isMemoryShort)
    {
        var dropped = new List<object>();
        _core.Trim(isMemoryShort, dropped);
        TellLater(LetGo(dropped));
    }

    /// <summary>The default policy asks objects whether they can be reset; those of a sealed type that can't be need not be asked.</summary>
    private static bool AcceptsAll(IPooledObjectPolicy<T> policy) =>
        policy.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(DefaultPooledObjectPolicy<>)
        && typeof(T).IsSealed && !typeof(T).IsAssignableTo(typeof(IResettable));

    /// <summary>Lets each go, whatever the end of another throws.</summary>
    /// <returns>What was thrown first; null if nothing was.</returns>
    private static Exception? LetGo(List<object>? dropped)
    {
        if (dropped == null) return null;
        Exception? first = null;
        foreach (object item in dropped)
        {
            try
            {
                PooledObjectLives.Drop(item);
                (item as IDisposable)?.Dispose();
            }
            catch (Exception thrown)
            {
                first ??= thrown;
            }
        }

        return first;
    }

    /// <summary>By the finalizer's thread, which an exception would end with the process, or by a get, whose object would be lost.</summary>
    private void TellLater(Exception? thrown)
    {
        if (thrown != null) Interlocked.CompareExchange(ref _untold, thrown, null);
    }

    /// <summary>The calling thread's cache, made if it has none; null when the pool is disposed.</summary>
    private PoolCache? EnsureCache()
    {
        if (ThreadCaches.Find(_place, _number) is { } found) return found;
        PoolCache? cache = _core.AddCache(_number, Thread.CurrentThread);
        if (cache == null) return null;
        if (_sampleInterval > 0) cache.State.NextSample = 1;
        ThreadCaches.Set(_place, cache);
        return cache;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T GetNext(PoolCache cache)
    {
        object? item = PoolCore<HardwareAtomics>.TryGet(cache);
        if (item == null) return GetSlowly();
        PooledObjectLives.Get(item);
        if (cache.State.Gets >= cache.State.NextSample) Track(cache, item);
        return Unsafe.As<T>(item);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnNext(T item)
    {
        if (ThreadCaches.Find(_place, _number) is { } cache && PoolCore<HardwareAtomics>.TryReturn(cache, item)) return;
        ReturnSlowly(item);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T GetSlowly()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        PoolCache? cache = EnsureCache();
        ObjectDisposedException.ThrowIf(cache == null, this);
        T? kept = Unsafe.As<T>(_core.GetSlowly(cache, out List<object>? dropped));
        TellLater(LetGo(dropped));
        if (kept != null) PooledObjectLives.Get(kept);
        T item = kept ?? Make();
        if (cache.State.Gets >= cache.State.NextSample) Track(cache, item);
        return item;
    }

    private T Make()
    {
        T item;
        try
        {
            item = _create();
        }
        catch
        {
            _core.CountUnmade();
            throw;
        }

        PooledObjectLives.Make(item);
        return item;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnSlowly(T item)
    {
        List<object>? dropped;
        if (Volatile.Read(ref _isDisposed) == 0 && EnsureCache() is { } cache) _core.ReturnSlowly(cache, item, out dropped);
        else _core.ReturnOutside(item, out dropped);
        if (LetGo(dropped) is { } thrown) ExceptionDispatchInfo.Throw(thrown);
    }

    /// <summary>Asks the policy, ends the tracking, and keeps what is disposable where the pool can get at it.</summary>
    private void Look(T item)
    {
        if (_leaks is { HasAnyOut: true } leaks) leaks.End(item);
        if (_accept != null && !_accept(item))
        {
            _core.CountRefused();
            PooledObjectLives.Refuse(item);
            (item as IDisposable)?.Dispose();
        }
        else
        {
            PooledObjectLives.Return(item);
            if (_isDisposable || _leaks != null || ThreadCaches.Find(_place, _number) is not { } cache || !PoolCore<HardwareAtomics>.TryReturnLast(cache, item)) ReturnNext(item);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Track(PoolCache cache, object item)
    {
        cache.State.NextSample = cache.State.Gets + _sampleInterval;
        _leaks!.Begin(Unsafe.As<T>(item));
    }
}
