using System.Net;
using FastCore.Net.Http;
using FastCore.Net.Http.Server;
using FastCore.Net.Tests.Transport;
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
        var stop = server.StopAsync(TimeSpan.FromMilliseconds(Peer.HangMilliseconds));
        (int Status, string Body) answer;
        do answer = client.Ask("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
        while (answer.Status == 200);
        Assert.That(answer, Is.EqualTo((503, "not ready\n")));
        Assert.That(stop.IsCompleted, Is.False);
        await stop;
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
