using FastCore.Collections;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Collections;

/// <summary>Real threads, which give up their turn between two steps now and then.</summary>
[TestFixture]
internal sealed class ConcurrentMapStressTests
{
    private const int Threads = 4;

    /// <summary>Values of 32 bytes are read whole while two write them and others come and go in the same slots.</summary>
    [TestCase(64)]
    [TestCase(1)]
    public void ValuesAreNeverTorn(int mostGroups)
    {
        const int Keys = 24;
        MapCore<int, FourWords, YieldingAtomics> map = NewMap(mostGroups);
        for (int key = 0; key < Keys; key++) map.Set(Key(key), new FourWords(key));
        Run((thread, random) =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                int key = random.Next(Keys);
                if (thread < 2)
                {
                    if (key % 2 == 0) map.Set(Key(key), new FourWords((i * 100L) + key));
                    else if (!map.TryRemove(Key(key), out FourWords _)) map.TryAdd(Key(key), new FourWords(key));
                }
                else if (map.TryRead(Key(key), out FourWords value) ? !value.IsWhole || value.A % 100 != key : key % 2 == 0)
                {
                    throw new InvalidDataException($"Key {key} has the value {value}.");
                }
            }
        });
    }

    /// <summary>Each thread adds keys of its own; what it has added it finds at once, and while the map grows under it.</summary>
    [TestCase(1)]
    [TestCase(4)]
    public void WhatIsAddedIsFoundWhileTheMapGrows(int mostGroups)
    {
        const int Keys = 4_000;
        MapCore<int, FourWords, YieldingAtomics> map = NewMap(mostGroups);
        Run((thread, random) =>
        {
            for (int i = 0; i < Keys; i++)
            {
                int key = (i * Threads) + thread;
                if (!map.TryAdd(Key(key), new FourWords(key))) throw new InvalidDataException($"Key {key} was there already.");
                int earlier = (random.Next(i + 1) * Threads) + thread;
                if (!map.TryRead(Key(earlier), out FourWords value) || value != new FourWords(earlier)) throw new InvalidDataException($"Key {earlier} was added and is gone.");
            }
        });
        Assert.That(map.Count, Is.EqualTo(Keys * Threads));
        Assert.That(map.ToArray().Select(static entry => entry.Key).Order(), Is.EqualTo(Enumerable.Range(0, Keys * Threads)));
    }

    /// <summary>Every add and remove that said it did is counted; the rest must be what is there in the end.</summary>
    [TestCase(1, int.MaxValue)]
    [TestCase(4, int.MaxValue)]
    [TestCase(4, 1)]
    public void AddsAndRemovesBalance(int mostGroups, int hashCodes)
    {
        const int Keys = 100;
        MapCore<int, FourWords, YieldingAtomics> map = NewMap(mostGroups);
        int[] balance = new int[Keys];
        Run((_, random) =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                int key = random.Next(Keys);
                var probe = new CollidingProbe(key, key & hashCodes);
                if (random.Next(2) == 0)
                {
                    if (map.TryAdd(probe, new FourWords(key))) Interlocked.Increment(ref balance[key]);
                }
                else if (map.TryRemove(probe, out FourWords value))
                {
                    if (value != new FourWords(key)) throw new InvalidDataException($"Key {key} had the value {value}.");
                    Interlocked.Decrement(ref balance[key]);
                }
            }
        });
        for (int key = 0; key < Keys; key++) Assert.That(map.TryRead(new CollidingProbe(key, key & hashCodes), out _) ? 1 : 0, Is.EqualTo(balance[key]), $"key {key}");
        Assert.That(map.Count, Is.EqualTo(balance.Sum()));
    }

    /// <summary>Snapshots and growth at once; a writer's second key is never seen without its first.</summary>
    [Test]
    public void SnapshotsAreOfOneMoment()
    {
        MapCore<int, FourWords, YieldingAtomics> map = NewMap(1);
        Run((thread, random) =>
        {
            for (int i = 1; i < 1_500; i++)
            {
                if (thread < 2)
                {
                    int pair = 1_000 * (thread + 1);
                    map.Set(Key(pair + random.Next(100)), default);
                    map.Set(Key(pair + 500), new FourWords(i));
                    map.Set(Key(pair + 501), new FourWords(i));
                }
                else if (thread == 2)
                {
                    Dictionary<int, FourWords> seen = map.ToArray().ToDictionary();
                    for (int pair = 1_000; pair <= 2_000; pair += 1_000)
                    {
                        long second = seen.TryGetValue(pair + 501, out FourWords value) ? value.A : 0;
                        long first = seen.TryGetValue(pair + 500, out value) ? value.A : 0;
                        if (first < second) throw new InvalidDataException($"The snapshot has {first} and then {second}.");
                    }
                }
                else
                {
                    map.TryAdd(Key(10_000 + i), default);
                }
            }
        });
    }

    private static MapCore<int, FourWords, YieldingAtomics> NewMap(int mostGroups) => new(0, storesHashCodes: true, new MapTuning(mostGroups, 1));

    private static CollidingProbe Key(int key) => new(key, key);

    private static void Run(Action<int, Random> work)
    {
        int seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            YieldingAtomics.Seed(seed + number);
            try
            {
                work(number, new Random(seed + number));
            }
            catch (InvalidDataException wrong)
            {
                failure = wrong;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.That(failure, Is.Null);
    }
}
