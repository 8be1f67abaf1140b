using System.Net;
using FastCore.Net.Http;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>Limits of connections and of their requests, and a stop that balancers notice.</summary>
internal sealed class LimitTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Test]
    public void OneConnectionTooManyIsToldSoAndRoomIsFoundAgain([Values] bool perAddress)
    {
        var server = Start(options: new HttpServerOptions
        {
            Reactors = 2,
            MaxConnections = perAddress ? int.MaxValue : 2,
            MaxConnectionsPerAddress = perAddress ? 2 : int.MaxValue,
            LingerTimeout = TimeSpan.FromMilliseconds(100),
        });
        using var first = new HttpPeer(server);
        Assert.That(first.Ask(Get).Status, Is.EqualTo(200));
        using (var second = new HttpPeer(server))
        {
            Assert.That(second.Ask(Get).Status, Is.EqualTo(200));
            using var third = new HttpPeer(server);
            Assert.That(third.Read(), Is.EqualTo((503, "This server has too many connections.\n")));
            third.ExpectEnd();
            Assert.That(first.Ask(Get).Status, Is.EqualTo(200), "who is in stays in");
        }
        Until(() => server.Counters.Connections == 1);
        using var fourth = new HttpPeer(server);
        Assert.That(fourth.Ask(Get).Status, Is.EqualTo(200));
    }

    [Test]
    public void AConnectionCarriesSoManyRequests()
    {
        var server = Start(options: new HttpServerOptions { Reactors = 1, MaxRequestsPerConnection = 3, LingerTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = new HttpPeer(server);
        client.Send(Get + Get + Get + Get);
        for (var i = 0; i < 3; i++) Assert.That(client.Read().Status, Is.EqualTo(200));
        client.ExpectEnd();
        Assert.That(server.Counters.Requests, Is.EqualTo(3));
    }

    [Test]
    public async Task AServerThatIsToldToStopSaysSoBeforeItDoes()
    {
        var isReady = true;
        var server = Start(
            server =>
            {
                server.MapLiveness("/live");
                server.MapReadiness("/ready", () => Volatile.Read(ref isReady));
            },
            new HttpServerOptions { Reactors = 1, DrainDelay = TimeSpan.FromMilliseconds(300), LingerTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = new HttpPeer(server);
        Assert.That(client.Ask("GET /live HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo((200, "live\n")));
        Assert.That(client.Ask("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo((200, "ready\n")));
        Volatile.Write(ref isReady, false);
        Assert.That(client.Ask("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo((503, "not ready\n")));
        Volatile.Write(ref isReady, true);
        var stop = server.StopAsync(Hang.Patience);
        (int Status, string Body) answer;
        do answer = client.Ask("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
        while (answer.Status == 200);
        Assert.That(answer, Is.EqualTo((503, "not ready\n")));
        Assert.That(stop.IsCompleted, Is.False);
        await stop;
    }

    [Test]
    public void MoreConnectionsAtOnceThanMayComeAreToldSo()
    {
        // The next share of time comes after a quarter of an hour.
        var server = Start(options: new HttpServerOptions { Reactors = 2, MaxConnectionsPerSecond = 0.001, ConnectionBurst = 3, LingerTimeout = TimeSpan.FromMilliseconds(100) });
        for (var i = 0; i < 3; i++)
        {
            using var client = new HttpPeer(server);
            Assert.That(client.Ask(Get).Status, Is.EqualTo(200), $"connection {i}");
        }
        using var late = new HttpPeer(server);
        Assert.That(late.Read(), Is.EqualTo((503, "This server gets too many connections at once.\n")));
        late.ExpectEnd();
    }

    [Test]
    public void TheRateIsKeptOnAverageAndTheBurstAtOnce()
    {
        var rate = new AcceptRate(10, 5);
        var now = 1_000 * System.Diagnostics.Stopwatch.Frequency;
        var share = System.Diagnostics.Stopwatch.Frequency / 10;
        Assert.That(Taken(100), Is.EqualTo(5), "at once");
        now += share - 1;
        Assert.That(Taken(100), Is.Zero);
        now += 1;
        Assert.That(Taken(100), Is.EqualTo(1));
        now += share * 1000;
        Assert.That(Taken(100), Is.EqualTo(5), "no more than the bucket holds");
        var taken = 0;
        for (var i = 0; i < 1000; i++)
        {
            now += share / 10;
            taken += Taken(3);
        }
        Assert.That(taken, Is.EqualTo(100));

        int Taken(int tries) => Enumerable.Range(0, tries).Count(_ => rate.TryTake(now));
    }

    [Test]
    public void ThreadsShareTheRate()
    {
        var rate = new AcceptRate(1, 1000);
        var now = 1_000 * System.Diagnostics.Stopwatch.Frequency;
        var taken = 0;
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (rate.TryTake(now)) Interlocked.Increment(ref taken);
            }
        });
        Assert.That(taken, Is.EqualTo(1000));
    }

    [Test]
    public void AClientThatTakesItsAnswerTooSlowlyIsCutOff()
    {
        // Nothing but the rate can end it.
        var server = Start(
            static server => server.Map(HttpMethod.Get, "/", static context => context.Respond(new byte[32_000_000].AsMemory())),
            new HttpServerOptions { Reactors = 1, MinResponseRate = 1e9, MinResponseGrace = TimeSpan.FromMilliseconds(100), SendStallTimeout = TimeSpan.FromHours(1) });
        using var client = new HttpPeer(server, receiveBuffer: 16 * 1024);
        client.Send(Get);
        Until(() => server.Counters is { Requests: 1, Connections: 0 });
        client.Peer.ExpectReset();
    }

    [Test]
    public void AClientThatIsFastEnoughGetsAllOfIt()
    {
        var server = Start(
            static server => server.Map(HttpMethod.Get, "/", static context => context.Respond(new byte[8_000_000].AsMemory())),
            new HttpServerOptions { Reactors = 1, MinResponseGrace = TimeSpan.FromMilliseconds(1) });
        using var client = new HttpPeer(server, receiveBuffer: 16 * 1024);
        Assert.That(client.Ask(Get).Body, Has.Length.EqualTo(8_000_000));
    }

    [TestCase("10.0.0.1", "10.0.0.1", ExpectedResult = true)]
    [TestCase("10.0.0.1", "10.0.0.2", ExpectedResult = false)]
    [TestCase("10.0.0.1", "::ffff:10.0.0.1", ExpectedResult = true)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:2:ffff::", ExpectedResult = true)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:3::1", ExpectedResult = false)]
    [TestCase("::1", "0.0.0.1", ExpectedResult = false)]
    public bool AClientIsItsAddressOrItsNetwork(string first, string second)
    {
        var limits = new ConnectionLimits(int.MaxValue, 1);
        Assert.That(limits.TryEnterFrom(IPAddress.Parse(first)), Is.True);
        var isSame = !limits.TryEnterFrom(IPAddress.Parse(second));
        limits.LeaveFrom(IPAddress.Parse(first));
        if (!isSame) limits.LeaveFrom(IPAddress.Parse(second));
        Assert.That(limits.Clients, Is.Zero);
        return isSame;
    }
}
