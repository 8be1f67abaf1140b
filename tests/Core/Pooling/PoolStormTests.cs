using System.Collections.Concurrent;
using CsCheck;
using FastCore.Channels.Queues;
using FastCore.Pooling;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Tests.Pooling;

/// <summary>Random use, by one thread against a plain set, and by many while memory is short.</summary>
[TestFixture]
internal sealed class PoolStormTests
{
    private const int Threads = 4;

    private const int Operations = 60_000;

    [Test]
    public void APoolIsAPlainSet() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[0, 12], Gen.Bool, Gen.Int[0, 9].Array[0, 200]).Sample((batch, most, isPolicy, script) =>
        {
            IPooledObjectPolicy<PooledThing> policy = isPolicy ? new PlainPolicy() : new DefaultPooledObjectPolicy<PooledThing>();
            using var pool = new WorkerPool<PooledThing>(policy, new WorkerPoolOptions { BatchSize = batch, MaximumRetained = most });
            var live = new List<PooledThing>();
            foreach (int step in script)
            {
                if (step < 5)
                {
                    PooledThing thing = pool.Get();
                    thing.TakeOut();
                    live.Add(thing);
                }
                else if (step < 9 && live.Count > 0)
                {
                    PooledThing thing = live[step % live.Count];
                    live.Remove(thing);
                    thing.GiveBack();
                    pool.Return(thing);
                }
                else
                {
                    ((ISpareKeeper)pool).DropUnused(isMemoryShort: true);
                }

                PoolStatistics statistics = pool.Statistics;
                if (statistics.Live != live.Count || statistics.Retained > 1 + (2 * batch) + Math.Max(batch, most) + batch) return false;
            }

            return true;
        }, iter: 2000);

    [Test]
    public void NoObjectIsInTwoHandsWhileThreadsComeAndGo()
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        using var pool = new WorkerPool<PooledThing>(new DefaultPooledObjectPolicy<PooledThing>(), new WorkerPoolOptions { BatchSize = 4, MaximumRetained = 32 });
        var handedOver = new ConcurrentQueue<PooledThing>();
        var failures = new ConcurrentQueue<Exception>();
        bool isOver = false;
        var trimmer = new Thread(() => Guard(() =>
        {
            while (!Volatile.Read(ref isOver)) ((ISpareKeeper)pool).DropUnused(isMemoryShort: true);
        }));
        trimmer.Start();
        for (int wave = 0; wave < 3; wave++)
        {
            int number = wave;
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => Guard(() => Work(new Random(seed + (10 * number) + thread)))))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
        }

        Volatile.Write(ref isOver, true);
        trimmer.Join();
        Assert.That(failures, Is.Empty);
        while (handedOver.TryDequeue(out PooledThing? thing)) Back(thing);
        PoolStatistics statistics = pool.Statistics;
        TestContext.Out.WriteLine(statistics);
        Assert.That(statistics.Live, Is.Zero, "Nothing is lost.");
        Assert.That(statistics.Stolen, Is.GreaterThan(0), "The trimmer has come between.");

        void Back(PooledThing thing)
        {
            thing.GiveBack();
            pool.Return(thing);
        }

        void Work(Random random)
        {
            var own = new Stack<PooledThing>();
            for (int i = 0; i < Operations; i++)
            {
                switch (random.Next(5))
                {
                    case 0 or 1:
                        PooledThing got = pool.Get();
                        got.TakeOut();
                        own.Push(got);
                        break;
                    case 2 or 3 when own.TryPop(out PooledThing? mine):
                        Back(mine);
                        break;
                    case 4 when own.TryPop(out PooledThing? given):
                        handedOver.Enqueue(given);
                        if (handedOver.TryDequeue(out PooledThing? other)) Back(other);
                        break;
                }
            }

            while (own.TryPop(out PooledThing? left)) Back(left);
        }

        void Guard(Action body)
        {
            try
            {
                body();
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure);
            }
        }
    }

    private sealed class PlainPolicy : IPooledObjectPolicy<PooledThing>
    {
        public PooledThing Create() => new();

        public bool Return(PooledThing obj) => true;
    }
}
