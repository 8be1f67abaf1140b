using FastCore.Gateway.Configuration;
using FastCore.Gateway.Limits;
using FastCore.Gateway.Routing;

namespace FastCore.Gateway.Tests;

/// <summary>How many requests a route lets through, and when the rest may come again.</summary>
[TestFixture]
internal sealed class LimitTests : GatewayTest
{
    [Test]
    public void A_rate_lets_a_burst_through_and_then_one_by_one()
    {
        var time = new ManualTime();
        var rate = new RateLimit(perSecond: 10, burst: 3, time);
        Assert.That(Enumerable.Range(0, 5).Select(_ => rate.TryEnter(out var _)), Is.EqualTo((bool[])[true, true, true, false, false]));
        rate.TryEnter(out var wait);
        Assert.That(wait.TotalMilliseconds, Is.EqualTo(100).Within(1));
        time.Pass(TimeSpan.FromMilliseconds(100));
        Assert.That(Enumerable.Range(0, 2).Select(_ => rate.TryEnter(out var _)), Is.EqualTo((bool[])[true, false]));
        time.Pass(TimeSpan.FromHours(1));
        Assert.That(Enumerable.Range(0, 5).Count(_ => rate.TryEnter(out var _)), Is.EqualTo(3), "a pause saves up a burst and no more");
    }

    [Test]
    public void A_rate_may_be_as_low_and_a_burst_as_long_as_the_configuration_lets_them()
    {
        var rate = new RateLimit(perSecond: 0.001, burst: 1_000_000_000, TimeProvider.System);
        Assert.That(Enumerable.Range(0, 1000).All(_ => rate.TryEnter(out var _)));
    }

    [Test]
    public void A_rate_holds_for_many_threads_together()
    {
        var rate = new RateLimit(perSecond: 1, burst: 5000, new ManualTime());
        var passed = 0;
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 5000; i++)
            {
                if (rate.TryEnter(out var _)) Interlocked.Increment(ref passed);
            }
        });
        Assert.That(passed, Is.EqualTo(5000));
    }

    [Test]
    public async Task Too_many_a_second_are_told_when_to_come_again()
    {
        var time = new ManualTime();
        var gateway = await StartAsync(new GatewayConfiguration { Routes = [Open(Upstream(MapEcho)) with { Limits = new LimitSettings { PerSecond = 0.5, Burst = 2 } }] }, time);
        for (var i = 0; i < 2; i++) Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(200));
        using (var refused = await GetAsync(gateway, "/"))
            Assert.That(((int)refused.StatusCode, refused.Headers.RetryAfter!.Delta), Is.EqualTo((429, (TimeSpan?)TimeSpan.FromSeconds(2))));
        time.Pass(TimeSpan.FromSeconds(2));
        Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(200));
        Assert.That(CountOf(gateway, Verdict.RateLimited), Is.EqualTo(1));
    }

    [Test]
    public async Task Too_many_at_once_are_turned_away()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { Limits = new LimitSettings { InFlight = 1 } });
        var first = AskAsync(gateway, "/");
        var (connection, _) = await upstream.AcceptAsync();
        using (var refused = await GetAsync(gateway, "/"))
            Assert.That(((int)refused.StatusCode, refused.Headers.RetryAfter!.Delta), Is.EqualTo((503, (TimeSpan?)TimeSpan.FromSeconds(1))));
        Assert.That(CountOf(gateway, Verdict.Overloaded), Is.EqualTo(1));
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
        Assert.That(await first, Is.EqualTo((200, "hi")));
        connection.Dispose();
        var third = AskAsync(gateway, "/");
        (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.That((await third).Status, Is.EqualTo(200));
        connection.Dispose();
    }

    [Test]
    public void A_place_is_given_back()
    {
        var limit = new InFlightLimit(2);
        Assert.That((limit.TryEnter(), limit.TryEnter(), limit.TryEnter(), limit.Count), Is.EqualTo((true, true, false, 2)));
        limit.Exit();
        Assert.That((limit.TryEnter(), limit.TryEnter()), Is.EqualTo((true, false)));
    }
}
