using System.Collections.Concurrent;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Caching;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Caching;

/// <summary>A cache that is too small and forgets all the time, asked by several reactors at once.</summary>
internal sealed class HttpResponseCacheStorm(TransportKind kind) : HttpServerTest(kind)
{
    private const int Targets = 6;

    [Test]
    public void EverybodyGetsWhatHeAskedForAndNothingIsMadeTwiceAtATime()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var making = new int[Targets];
        var twice = 0;
        var cache = new HttpResponseCache(
            async (target, _) =>
            {
                var index = target[1] - '0';
                if (Interlocked.Increment(ref making[index]) > 1) Interlocked.Increment(ref twice);
                await Task.Yield();
                Interlocked.Decrement(ref making[index]);
                return PreparedResponse.Create(200, Encoding.ASCII.GetBytes(target), "text/plain");
            },
            new() { MaxEntries = Targets - 2, Lifetime = TimeSpan.FromMilliseconds(1), StaleLifetime = TimeSpan.FromMilliseconds(1) });
        var server = Start(server => server.MapAsync(HttpMethod.Get, "/{target}", cache.RespondAsync), new HttpServerOptions { Reactors = 2 });
        var wrong = new ConcurrentQueue<string>();
        Thread[] clients = [.. Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            var random = new Random(seed + number);
            using var client = new HttpPeer(server);
            for (var i = 0; i < 300; i++)
            {
                var target = $"/{random.Next(Targets)}";
                if (client.Ask($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n") is var answer && answer != (200, target)) wrong.Enqueue($"{target}: {answer}");
            }
        }))];
        foreach (var client in clients) client.Start();
        foreach (var client in clients) client.Join();
        Assert.That(wrong, Is.Empty);
        // What was evicted while it was made may be begun anew beside it, so only without eviction is there one at a time.
        var statistics = cache.Statistics;
        Assert.That(twice, Is.LessThanOrEqualTo(statistics.Evicted));
        Assert.That(statistics.Entries, Is.InRange(1, Targets - 2));
        Assert.That(statistics.Bytes, Is.EqualTo(2 * statistics.Entries));
        Assert.That(statistics.Failed, Is.Zero);
        cache.Clear();
        Assert.That((cache.Statistics.Entries, cache.Statistics.Bytes), Is.EqualTo((0, 0L)));
    }
}
