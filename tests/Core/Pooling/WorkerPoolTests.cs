using FastCore.Channels.Queues;
using FastCore.Pooling;
using FastCore.Tests.Channels.Metrics;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Tests.Pooling;

/// <summary>What a pool promises to one thread, or to threads one after the other.</summary>
[TestFixture]
internal sealed class WorkerPoolTests
{
    [Test]
    public void WhatIsReturnedIsGotAgain()
    {
        using WorkerPool<PooledThing> pool = Pool<PooledThing>();
        PooledThing thing = pool.Get();
        pool.Return(thing);
        Assert.That(pool.Get(), Is.SameAs(thing));
        Assert.That(pool.Get(), Is.Not.SameAs(thing));
        PoolStatistics statistics = pool.Statistics;
        Assert.That((statistics.Hits, statistics.Misses, statistics.Live, statistics.Retained), Is.EqualTo((1L, 2L, 2L, 0L)));
    }

    [Test]
    public void NoMoreIsKeptThanMayBe([Values(0, 1, 4, 16)] int maximumRetained, [Values(1, 4)] int batchSize)
    {
        using WorkerPool<PooledThing> pool = Pool<PooledThing>(new() { MaximumRetained = maximumRetained, BatchSize = batchSize });
        PooledThing[] things = [.. Enumerable.Range(0, 100).Select(_ => pool.Get())];
        foreach (PooledThing thing in things) pool.Return(thing);
        PoolStatistics statistics = pool.Statistics;
        int most = 1 + (2 * batchSize) + Math.Max(batchSize, maximumRetained);
        Assert.That(statistics.Retained, Is.InRange(2 * batchSize, most));
        Assert.That(statistics.Dropped + statistics.Retained, Is.EqualTo(100));
        Assert.That(statistics.Live, Is.Zero);
        var again = new HashSet<PooledThing>();
        for (int i = 0; i < 100; i++) Assert.That(again.Add(pool.Get()), Is.True, "Each is got once.");
        Assert.That(again.Intersect(things).Count(), Is.EqualTo(statistics.Retained));
    }

    [Test]
    public void ThreadsExchangeBatches()
    {
        using WorkerPool<PooledThing> pool = Pool<PooledThing>(new() { BatchSize = 4 });
        PooledThing[] things = [.. Enumerable.Range(0, 40).Select(_ => pool.Get())];
        OnThread(() =>
        {
            foreach (PooledThing thing in things) pool.Return(thing);
        });
        PooledThing[] again = [.. Enumerable.Range(0, 40).Select(_ => pool.Get())];
        Assert.That(again, Is.EquivalentTo(things), "What the thread kept itself was taken back when it had ended.");
        Assert.That(pool.Statistics.Stolen, Is.InRange(1, 1 + (2 * 4)));
    }

    [Test]
    public void AThreadThatEndedLeavesWhatItKept()
    {
        using WorkerPool<PooledThing> pool = Pool<PooledThing>();
        PooledThing? thing = null;
        OnThread(() => pool.Return(thing = pool.Get()));
        OnThread(() => Assert.That(pool.Get(), Is.SameAs(thing)));
    }

    [Test]
    public void ResettableObjectsAreResetAndMayRefuse()
    {
        using WorkerPool<ResettableThing> pool = Pool<ResettableThing>();
        ResettableThing thing = pool.Get();
        pool.Return(thing);
        Assert.That(thing.Resets, Is.EqualTo(1));
        Assert.That(pool.Get(), Is.SameAs(thing));
        thing.CanBeReset = false;
        pool.Return(thing);
        Assert.That(pool.Get(), Is.Not.SameAs(thing));
        Assert.That(pool.Statistics.Dropped, Is.EqualTo(1));
    }

    [Test]
    public void APolicyIsAsked()
    {
        var policy = new Policy();
        using var pool = new WorkerPool<PooledThing>(policy);
        PooledThing thing = pool.Get();
        Assert.That(thing.Number, Is.EqualTo(7));
        policy.Accepts = false;
        pool.Return(thing);
        Assert.That(pool.Get(), Is.Not.SameAs(thing));
        policy.Throws = true;
        Assert.That(() => pool.Return(thing), Throws.InvalidOperationException);
    }

    [Test]
    public void WhatIsLetGoIsDisposedOf()
    {
        var pool = Pool<DisposableThing>(new() { MaximumRetained = 4, BatchSize = 2 });
        DisposableThing[] things = [.. Enumerable.Range(0, 20).Select(_ => pool.Get())];
        DisposableThing late = pool.Get();
        foreach (DisposableThing thing in things) pool.Return(thing);
        Assert.That(things.Sum(static thing => thing.Disposals), Is.EqualTo(pool.Statistics.Dropped).And.GreaterThan(0));
        pool.Dispose();
        Assert.That(things.Select(static thing => thing.Disposals), Is.All.EqualTo(1));
        pool.Return(late);
        Assert.That(late.Disposals, Is.EqualTo(1));
        Assert.That(pool.Get, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(pool.Dispose, Throws.Nothing);
        Assert.That(pool.Statistics.Retained, Is.Zero);
    }

    [Test]
    public void AfterItsEndAPoolKeepsNothing()
    {
        WorkerPool<PooledThing> pool = Pool<PooledThing>();
        PooledThing thing = pool.Get();
        pool.Return(pool.Get());
        pool.Dispose();
        pool.Return(thing);
        Assert.That(pool.Get, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(pool.Statistics.Retained, Is.Zero);
        using WorkerPool<PooledThing> other = Pool<PooledThing>();
        Assert.That(other.Get(), Is.Not.SameAs(thing), "Another pool has the place now, and not what was there.");
    }

    [Test]
    public void WhatNobodyNeedsIsLetGoWhenMemoryIsShort()
    {
        using WorkerPool<DisposableThing> pool = Pool<DisposableThing>(new() { BatchSize = 4 });
        DisposableThing[] things = [.. Enumerable.Range(0, 100).Select(_ => pool.Get())];
        foreach (DisposableThing thing in things) pool.Return(thing);
        var keeper = (ISpareKeeper)pool;
        keeper.DropUnused(isMemoryShort: false);
        keeper.DropUnused(isMemoryShort: false);
        Assert.That(pool.Statistics.Retained, Is.EqualTo(100), "There is memory enough.");
        keeper.DropUnused(isMemoryShort: true);
        Assert.That(pool.Statistics.Retained, Is.EqualTo(100), "A victim can still be got.");
        DisposableThing[] needed = [.. Enumerable.Range(0, 20).Select(_ => pool.Get())];
        keeper.DropUnused(isMemoryShort: true);
        Assert.That(pool.Statistics.Retained, Is.LessThan(20));
        foreach (DisposableThing thing in needed) Assert.That(thing.Disposals, Is.Zero);
        Assert.That(things.Sum(static thing => thing.Disposals), Is.EqualTo(pool.Statistics.Dropped));
        for (int i = 0; i < 3; i++) keeper.DropUnused(isMemoryShort: true);
        Assert.That(pool.Statistics.Retained, Is.LessThan(5), "An idle thread's are taken back, too; single ones may stay.");
    }

    [Test]
    public void APoolWithoutABoundTakesNoMemoryForWhatItDoesNotKeep([Values(1, 16)] int batchSize)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using WorkerPool<PooledThing> pool = Pool<PooledThing>(new() { MaximumRetained = int.MaxValue, BatchSize = batchSize });
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
        PooledThing[] things = [.. Enumerable.Range(0, 3000).Select(_ => pool.Get())];
        foreach (PooledThing thing in things) pool.Return(thing);
        Assert.That(pool.Statistics.Retained, Is.EqualTo(3000));
        Assert.That(Enumerable.Range(0, 3000).Select(_ => pool.Get()), Is.EquivalentTo(things));
    }

    [Test]
    public void AThingThatThrowsAtItsEndKeepsNoOtherFromIt()
    {
        WorkerPool<FailingThing> pool = Pool<FailingThing>(new() { BatchSize = 2 });
        FailingThing[] things = [.. Enumerable.Range(0, 20).Select(_ => pool.Get())];
        foreach (FailingThing thing in things) pool.Return(thing);
        Assert.That(pool.Dispose, Throws.TypeOf<InvalidDataException>());
        Assert.That(things.Select(static thing => thing.Disposals), Is.All.EqualTo(1));
        Assert.That(pool.Dispose, Throws.Nothing);
    }

    /// <summary>It is the finalizer's thread that lets go then: what is thrown there ends the process.</summary>
    [Test]
    public void AThingThatThrowsWhenMemoryIsShortIsToldOfAtTheEnd()
    {
        WorkerPool<FailingThing> pool = Pool<FailingThing>(new() { BatchSize = 2 });
        FailingThing[] things = [.. Enumerable.Range(0, 20).Select(_ => pool.Get())];
        foreach (FailingThing thing in things) pool.Return(thing);
        var keeper = (ISpareKeeper)pool;
        for (int i = 0; i < 4; i++) Assert.That(() => keeper.DropUnused(isMemoryShort: true), Throws.Nothing);
        Assert.That(things.Sum(static thing => thing.Disposals), Is.GreaterThan(10));
        Assert.That(pool.Dispose, Throws.TypeOf<InvalidDataException>());
        Assert.That(things.Select(static thing => thing.Disposals), Is.All.EqualTo(1));
    }

    [Test]
    public void AnObjectThatWasNotMadeIsNotOut()
    {
        var policy = new Policy { Throws = true };
        using var pool = new WorkerPool<PooledThing>(policy);
        Assert.That(pool.Get, Throws.InvalidOperationException);
        Assert.That(() => pool.Rent(), Throws.InvalidOperationException);
        PoolStatistics statistics = pool.Statistics;
        Assert.That((statistics.Hits, statistics.Misses, statistics.Live), Is.EqualTo((0L, 0L, 0L)));
        policy.Throws = false;
        pool.Return(pool.Get());
        Assert.That(pool.Statistics.Live, Is.Zero);
    }

    [Test]
    public void ALeaseEndsOnceHoweverOftenItIsCopied()
    {
        using WorkerPool<PooledThing> pool = Pool<PooledThing>();
        PoolLease<PooledThing> lease = pool.Rent();
        PoolLease<PooledThing> copy = lease;
        PooledThing thing = lease.Value;
        Assert.That(copy == lease && copy.IsLive, Is.True);
        lease.Dispose();
        copy.Dispose();
        Assert.That(() => copy.Value, Throws.InstanceOf<ObjectDisposedException>());
        using PoolLease<PooledThing> next = pool.Rent();
        Assert.That(next.Value, Is.SameAs(thing));
        lease.Dispose();
        Assert.That(next.Value, Is.SameAs(thing), "An old lease does not end a new one.");
        Assert.That(pool.Get(), Is.Not.SameAs(thing), "It was given back once.");
        Assert.That(() => default(PoolLease<PooledThing>).Value, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(default(PoolLease<PooledThing>).Dispose, Throws.Nothing);
    }

    [Test]
    public void ThingsThatAreLostAreReportedWithTheirPlace()
    {
        var leaks = new List<PoolLeak>();
        using WorkerPool<PooledThing> pool = Pool<PooledThing>(new() { Name = "leaky", LeakSampleInterval = 1, OnLeak = leak => { lock (leaks) leaks.Add(leak); } });
        for (int i = 0; i < 10; i++) pool.Return(pool.Get());
        OnThread(() => Lose(pool));
        Assert.That(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return pool.Statistics.Leaks;
        }, Is.EqualTo(3).After(5000, 10));
        Assert.That(leaks.Select(static leak => leak.Pool), Is.EqualTo(new[] { "leaky", "leaky", "leaky" }));
        Assert.That(leaks[0].ToString(), Does.Contain(nameof(Lose)).And.Contain("'leaky'"));
    }

    [Test]
    public void OneOfSoManyIsTracked()
    {
        using WorkerPool<PooledThing> pool = Pool<PooledThing>(new() { LeakSampleInterval = 10 });
        OnThread(() =>
        {
            for (int i = 0; i < 100; i++) Lose(pool, 1);
        });
        Assert.That(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return pool.Statistics.Leaks;
        }, Is.EqualTo(10).After(5000, 10));
    }

    [Test]
    public void ThePoolsOfAProviderHaveItsOptions()
    {
        var provider = new WorkerPoolProvider(new WorkerPoolOptions { Name = "provided" });
        ObjectPool<PooledThing> pool = provider.Create<PooledThing>();
        Assert.That(pool, Is.InstanceOf<WorkerPool<PooledThing>>());
        Assert.That(((WorkerPool<PooledThing>)pool).Name, Is.EqualTo("provided"));
        Assert.That(new WorkerPoolProvider().Create(new Policy()).Get().Number, Is.EqualTo(7));
        Assert.That(() => new WorkerPoolProvider(null!), Throws.ArgumentNullException);
        Assert.That(() => new WorkerPoolProvider(new WorkerPoolOptions { BatchSize = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => pool.Return(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void TheInstrumentsSayWhatNamedPoolsDo()
    {
        using var recorder = new Recorder();
        var options = new WorkerPoolOptions { Name = "p", Metrics = new PoolMetrics(recorder) };
        var first = Pool<PooledThing>(options);
        using var second = Pool<PooledThing>(options);
        foreach (WorkerPool<PooledThing> pool in (WorkerPool<PooledThing>[])[first, second])
        {
            pool.Return(pool.Get());
            pool.Get();
        }

        double[] Of(string instrument, string unit) => [.. recorder.Observe($"fastcore.pool.{instrument}[{{{unit}}}]{{fastcore.pool.name=p}}")];
        Assert.That(Of("get.hits", "get"), Is.EqualTo(new[] { 2.0 }));
        Assert.That(Of("get.misses", "get"), Is.EqualTo(new[] { 2.0 }));
        Assert.That(Of("object.live", "object"), Is.EqualTo(new[] { 2.0 }));
        Assert.That(Of("object.retained", "object"), Is.EqualTo(new[] { 0.0 }));
        first.Dispose();
        Assert.That(Of("object.live", "object"), Is.EqualTo(new[] { 1.0 }));
    }

    [Test]
    public void APoolThatNobodyHoldsIsCollectedWithWhatItKept()
    {
        (WeakReference pool, WeakReference thing) = Forget();
        Assert.That(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return pool.IsAlive || thing.IsAlive;
        }, Is.False.After(5000, 10));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static (WeakReference Pool, WeakReference Thing) Forget()
        {
            WorkerPool<PooledThing> pool = Pool<PooledThing>();
            PooledThing thing = pool.Get();
            pool.Return(thing);
            return (new WeakReference(pool), new WeakReference(thing));
        }
    }

    private static WorkerPool<T> Pool<T>(WorkerPoolOptions? options = null)
        where T : class, new() => new(new DefaultPooledObjectPolicy<T>(), options);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Lose(WorkerPool<PooledThing> pool, int count = 3)
    {
        for (int i = 0; i < count; i++) pool.Get();
    }

    private static void OnThread(Action body)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
        });
        thread.Start();
        thread.Join();
        Assert.That(failure, Is.Null);
    }

    private sealed class Policy : IPooledObjectPolicy<PooledThing>
    {
        internal bool Accepts { get; set; } = true;

        internal bool Throws { get; set; }

        public PooledThing Create() => Throws ? throw new InvalidOperationException() : new() { Number = 7 };

        public bool Return(PooledThing obj) => Throws ? throw new InvalidOperationException() : Accepts;
    }
}
