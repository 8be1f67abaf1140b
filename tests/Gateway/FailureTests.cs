using FastCore.Gateway.Configuration;
using FastCore.Gateway.Limits;
using FastCore.Gateway.Routing;

namespace FastCore.Gateway.Tests;

/// <summary>What clients are told when upstreams fail, and what the breaker makes of it.</summary>
[TestFixture]
internal sealed class FailureTests : GatewayTest
{
    [Test]
    public async Task Who_can_not_be_reached_is_a_bad_gateway()
    {
        var gateway = await StartAsync(Open(Nowhere()));
        Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(502));
        using var post = await SendAsync(gateway, HttpMethod.Post, "/", new StringContent("body"));
        Assert.That((int)post.StatusCode, Is.EqualTo(502));
        Assert.That(CountOf(gateway, Verdict.BadGateway), Is.EqualTo(2));
    }

    [Test]
    public async Task An_answer_that_goes_on_for_long_holds_up_no_others_behind_a_breaker()
    {
        using var upstream = new ScriptedUpstream();
        var time = new ManualTime();
        var route = Open(upstream.Address) with { Breaker = new BreakerSettings { Failures = 1, OpenSeconds = 10, Probes = 1 } };
        var gateway = await StartAsync(new GatewayConfiguration { Routes = [route] }, time);
        var failing = GetAsync(gateway, "/");
        var (connection, _) = await upstream.AcceptAsync();
        using var first = connection;
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n");
        using (await failing) { }
        Until(() => gateway.Routes[0].Destinations[0].Breaker.State == BreakerState.Open);
        time.Pass(TimeSpan.FromSeconds(10));
        var trying = GetAsync(gateway, "/stream");
        await ScriptedUpstream.ReadHeadAsync(connection);
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
        using var stream = await trying;
        var other = AskAsync(gateway, "/");
        var accepting = upstream.AcceptAsync();
        Assert.That(await Task.WhenAny(accepting, other), Is.SameAs(accepting), "nobody is sent away while an answer goes on");
        var (second, _) = await accepting;
        using var serving = second;
        await ScriptedUpstream.SendAsync(second, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        Assert.That(await other, Is.EqualTo((200, "hi")));
        await ScriptedUpstream.SendAsync(connection, "b");
        Assert.That(await stream.Content.ReadAsStringAsync(), Is.EqualTo("ab"));
    }

    [Test]
    public async Task Another_destination_is_tried()
    {
        var gateway = await StartAsync(Open(Nowhere(), Upstream(MapEcho)));
        for (var i = 0; i < 6; i++) Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(200));
        Assert.That(CountOf(gateway, Verdict.Forwarded), Is.EqualTo(6));
        Assert.That(gateway.Routes[0].Destinations[0].Failures, Is.GreaterThanOrEqualTo(2));
    }

    [TestCase("nonsense\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")]
    [TestCase("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nX-Leak: no\r\nContent-Type: \x00e9\r\nContent-Length: 0\r\n\r\n")]
    [TestCase("")]
    public async Task What_is_no_answer_is_a_bad_gateway(string answer)
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        var asking = GetAsync(gateway, "/");
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, answer);
        connection.Dispose();
        using var response = await asking;
        Assert.That((int)response.StatusCode, Is.EqualTo(502));
        Assert.That(response.Headers.Contains("X-Leak"), Is.False, "the gateway's own answer has nothing of the upstream's");
        Assert.That(gateway.Routes[0].Destinations[0].Failures, Is.EqualTo(1));
    }

    [Test]
    public async Task Who_is_late_has_timed_out()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { Timeouts = new TimeoutSettings { HeadSeconds = 0.2 } });
        var asking = AskAsync(gateway, "/");
        var (connection, _) = await upstream.AcceptAsync();
        Assert.That((await asking).Status, Is.EqualTo(504));
        await ScriptedUpstream.ExpectEndAsync(connection);
        Assert.That(CountOf(gateway, Verdict.TimedOut), Is.EqualTo(1));
        connection.Dispose();
    }

    [Test]
    public async Task A_kept_connection_that_the_upstream_has_ended_costs_nothing()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(new GatewayConfiguration { Cpus = [CpuOfThisProcess()], Routes = [Open(upstream.Address)] });
        var first = AskAsync(gateway, "/");
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.That((await first).Status, Is.EqualTo(200));
        var second = AskAsync(gateway, "/");
        // It has come on the same connection, which now ends without an answer: so the pool sends it again.
        await ScriptedUpstream.ReadHeadAsync(connection);
        connection.Dispose();
        var (other, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(other, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.That((await second).Status, Is.EqualTo(200));
        Assert.That(gateway.Routes[0].Connections.Retries, Is.EqualTo(1));
        other.Dispose();
    }

    [Test]
    public async Task The_breaker_opens_and_recovers()
    {
        var time = new ManualTime();
        var (status, asked) = (503, 0);
        var gateway = await StartAsync(
            new GatewayConfiguration
            {
                Routes =
                [
                    Open(Upstream(server => server.Map(HttpMethod.Get, "/", context =>
                    {
                        asked++;
                        context.Respond(status);
                    }))) with { Breaker = new BreakerSettings { Failures = 3, OpenSeconds = 30 } },
                ],
            },
            time);
        var breaker = gateway.Routes[0].Destinations[0].Breaker;
        for (var i = 0; i < 3; i++) Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(503), "the upstream's own");
        Assert.That((breaker.State, asked), Is.EqualTo((BreakerState.Open, 3)));

        time.Pass(TimeSpan.FromSeconds(12.5));
        using (var refused = await GetAsync(gateway, "/"))
            Assert.That(((int)refused.StatusCode, refused.Headers.RetryAfter!.Delta, asked), Is.EqualTo((503, (TimeSpan?)TimeSpan.FromSeconds(18), 3)));
        Assert.That(CountOf(gateway, Verdict.Unavailable), Is.EqualTo(1));

        time.Pass(TimeSpan.FromSeconds(17.5));
        Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(503));
        Assert.That((breaker.State, asked), Is.EqualTo((BreakerState.Open, 4)), "the probe failed");

        time.Pass(TimeSpan.FromSeconds(30));
        status = 200;
        Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(200));
        Assert.That((breaker.State, breaker.Openings), Is.EqualTo((BreakerState.Closed, 2L)));
    }

    [Test]
    public async Task Who_fails_is_left_alone_while_another_works()
    {
        var time = new ManualTime();
        var gateway = await StartAsync(new GatewayConfiguration { Routes = [Open(Nowhere(), Upstream(MapEcho)) with { Breaker = new BreakerSettings { Failures = 2 } }] }, time);
        for (var i = 0; i < 20; i++) Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(200));
        var failing = gateway.Routes[0].Destinations[0];
        Assert.That((failing.Breaker.State, failing.Failures), Is.EqualTo((BreakerState.Open, 2L)));
    }

    private static int CpuOfThisProcess() => Thread.GetCurrentProcessorId();
}
