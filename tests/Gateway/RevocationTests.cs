using FastCore.Gateway.Revocation;
using FastCore.Memory;

namespace FastCore.Gateway.Tests;

/// <summary>What is revoked is found, by whoever looks afterwards, however the filter is made anew meanwhile.</summary>
[TestFixture]
internal sealed class RevocationTests
{
    private readonly ManualTime _time = new();

    private long Soon => _time.GetUtcNow().ToUnixTimeSeconds() + 60;

    [TestCase(100)]
    [TestCase(10_000)]
    public void The_filter_has_no_false_no_and_few_false_yes(int capacity)
    {
        using var heap = new NativeHeap();
        var filter = new BloomFilter(capacity, heap);
        for (var i = 0; i < capacity; i++) filter.Add(TokenId.Of($"in-{i}").Hash);
        Assert.That(Enumerable.Range(0, capacity).Count(i => !filter.MayContain(TokenId.Of($"in-{i}").Hash)), Is.Zero);
        var falseYes = Enumerable.Range(0, 200_000).Count(i => filter.MayContain(TokenId.Of($"out-{i}").Hash));
        Assert.That(falseYes, Is.LessThan(200), "one in a thousand");
        Assert.That(filter.Size, Is.LessThan(capacity * 10 + 64));
        filter.Dispose();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
    }

    [Test]
    public void What_has_expired_is_forgotten_and_the_filter_cleaned()
    {
        using var heap = new NativeHeap();
        var list = new RevocationList(100, _time, static action => action(), heap);
        for (var i = 0; i < 90; i++) Assert.That(list.Revoke(TokenId.Of($"{i}"), Soon + i));
        Assert.That(list.Revoke(TokenId.Of("late"), _time.GetUtcNow().ToUnixTimeSeconds()), Is.False, "it has expired");
        _time.Pass(TimeSpan.FromSeconds(60 + 79));
        list.Forget();
        Assert.That((list.Count, list.Rebuilds), Is.EqualTo((10, 1L)));
        for (var i = 0; i < 90; i++) Assert.That(list.Contains(TokenId.Of($"{i}")), Is.EqualTo(i >= 80), $"{i}");
        list.Dispose();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
    }

    [Test]
    public void More_than_expected_fit_in()
    {
        using var heap = new NativeHeap();
        var list = new RevocationList(100, _time, static action => action(), heap);
        for (var i = 0; i < 5000; i++) list.Revoke(TokenId.Of($"{i}"), Soon);
        Assert.That(Enumerable.Range(0, 5000).All(i => list.Contains(TokenId.Of($"{i}"))));
        Assert.That(Enumerable.Range(5000, 5000).Any(i => list.Contains(TokenId.Of($"{i}"))), Is.False, "the set has the last word");
        Assert.That(list.FalsePositives, Is.LessThan(100));
        list.Dispose();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
    }

    [Test]
    public void An_old_filter_stays_until_nobody_looks_at_it()
    {
        using var heap = new NativeHeap();
        var waiting = new List<Action>();
        var list = new RevocationList(1, _time, waiting.Add, heap);
        list.Revoke(TokenId.Of("a"), Soon);
        list.Revoke(TokenId.Of("b"), Soon);
        Assert.That((waiting.Count, heap.GetStatistics().LiveBlocks), Is.EqualTo((1, 2L)));
        waiting[0]();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.EqualTo(1));
        list.Dispose();
        list.Dispose();
    }

    [Test]
    public void Revoked_twice_the_longer_one_holds()
    {
        var list = new RevocationList(10, _time, static action => action());
        var id = TokenId.Of("a");
        list.Revoke(id, Soon + 100);
        list.Revoke(id, Soon);
        _time.Pass(TimeSpan.FromSeconds(61));
        list.Forget();
        Assert.That(list.Contains(id));
        list.Dispose();
    }

    [Test]
    public void Whoever_looks_after_a_revocation_sees_it()
    {
        // Readers stand in for reactors: what they look at within one round is not given back before the round's end.
        const int Readers = 2;
        const int Ids = 20_000;
        using var heap = new NativeHeap();
        var rounds = new long[Readers * 16];
        var retired = new List<(Action Free, long[] Rounds)>();
        var list = new RevocationList(64, _time, free => retired.Add((free, [.. Enumerable.Range(0, Readers).Select(i => Volatile.Read(ref rounds[i * 16]))])), heap);
        var revoked = -1;
        var missed = 0;
        var threads = Enumerable.Range(0, Readers).Select(reader => new Thread(() =>
        {
            var random = new Random(reader);
            while (Volatile.Read(ref revoked) < Ids - 1)
            {
                var last = Volatile.Read(ref revoked);
                if (last >= 0 && !list.Contains(TokenId.Of($"{random.Next(last + 1)}"))) Interlocked.Increment(ref missed);
                Interlocked.Increment(ref rounds[reader * 16]);
            }
            Volatile.Write(ref rounds[reader * 16], long.MaxValue);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        for (var i = 0; i < Ids; i++)
        {
            list.Revoke(TokenId.Of($"{i}"), Soon);
            Volatile.Write(ref revoked, i);
            for (var k = retired.Count - 1; k >= 0; k--)
            {
                if (!Enumerable.Range(0, Readers).All(reader => Volatile.Read(ref rounds[reader * 16]) > retired[k].Rounds[reader])) continue;
                retired[k].Free();
                retired.RemoveAt(k);
            }
        }
        foreach (var thread in threads) thread.Join();
        foreach (var (free, _) in retired) free();
        Assert.That((missed, list.Rebuilds), Is.EqualTo((0, list.Rebuilds)));
        Assert.That(list.Rebuilds, Is.Positive, "the race was run");
        list.Dispose();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
    }
}
