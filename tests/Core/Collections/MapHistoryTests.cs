using FastCore.Collections;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Collections;

/// <summary>What real threads saw of a map, call by call, must be what a plain one would have answered in some order of the calls.</summary>
[TestFixture]
internal sealed class MapHistoryTests
{
    private const int Threads = 3;

    private const int Keys = 3;

    private const int CallsOfAThread = 24;

    private const int Histories = 400;

    /// <summary>Groups that overflow, segments that grow and part: keys that nobody calls for come and go beside those that are recorded.</summary>
    [TestCase(1)]
    [TestCase(64)]
    public void EveryHistoryIsLinearizable(int mostGroups)
    {
        int seed = Seed();
        for (int i = 0; i < Histories; i++)
        {
            foreach (KeyHistory history in Record(seed + (i * Threads), mostGroups, atomicIncrement: true)) Assert.That(history.IsLinearizable(), $"Seed {seed + (i * Threads)}:\n{history}");
        }
    }

    /// <summary>An increment that reads and then sets is planted; its histories give it away.</summary>
    [Test]
    public void AnIncrementInTwoStepsIsFound()
    {
        int seed = Seed();
        for (int i = 0; i < 10_000; i++)
        {
            if (Record(seed + (i * Threads), 64, atomicIncrement: false).Any(static history => !history.IsLinearizable())) return;
        }

        Assert.Fail("No history gave it away.");
    }

    private static int Seed()
    {
        int seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        return seed;
    }

    private static IEnumerable<KeyHistory> Record(int seed, int mostGroups, bool atomicIncrement)
    {
        var map = new MapCore<int, int, YieldingAtomics>(0, storesHashCodes: true, new MapTuning(mostGroups, 1));
        var calls = new List<(int Key, KeyCall Call)>[Threads];
        long clock = 0;
        using var barrier = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            var random = new Random(seed + number);
            YieldingAtomics.Seed(seed + number);
            calls[number] = [];
            barrier.SignalAndWait();
            for (int i = 0; i < CallsOfAThread; i++)
            {
                int key = random.Next(Keys);
                var kind = (KeyCallKind)random.Next(5);
                int given = (number * 1_000) + (i * 10);
                long invoked = Interlocked.Increment(ref clock);
                (int? seen, bool done) = Call(map, kind, new CollidingProbe(key, key & 1), given, atomicIncrement);
                calls[number].Add((key, new KeyCall(kind, given, invoked, Interlocked.Increment(ref clock), seen, done)));

                // Crowds the groups, so that what is recorded lies behind its home, or in a segment that is being copied.
                for (int other = 0; other < 2; other++) map.TryAdd(new CollidingProbe(100 + given + other, i & 3), 0);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return [.. calls.SelectMany(static own => own).GroupBy(static call => call.Key, static call => call.Call).Select(static key => new KeyHistory(key))];
    }

    private static (int? Seen, bool Done) Call(MapCore<int, int, YieldingAtomics> map, KeyCallKind kind, CollidingProbe key, int given, bool atomicIncrement)
    {
        int value;
        switch (kind)
        {
            case KeyCallKind.Read:
                return map.TryRead(key, out value) ? (value, true) : (null, false);
            case KeyCallKind.Add:
                return (null, map.TryAdd(key, given));
            case KeyCallKind.Set:
                map.Set(key, given);
                return (null, true);
            case KeyCallKind.Remove:
                return map.TryRemove(key, out value) ? (value, true) : (null, false);
            default:
                if (atomicIncrement) return (map.AddOrUpdate(key, static (_, _) => 1, static (_, old, _) => old + 1, 0), true);
                value = map.TryRead(key, out value) ? value + 1 : 1;
                map.Set(key, value);
                return (value, true);
        }
    }
}
