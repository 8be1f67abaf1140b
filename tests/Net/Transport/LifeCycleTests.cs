using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal sealed class LifeCycleTests(TransportKind kind) : TransportTest(kind)
{
    [Test]
    public void Everything_in_flight_ends_with_the_reactor()
    {
        using var full = new Socket(SocketType.Stream, ProtocolType.Tcp);
        full.Bind(Loopback);
        full.Listen(1);
        var data = new byte[32_000_000];
        var reactor = Start();
        var all = new List<ScriptedConnection>();
        ScriptedConnection Add(ScriptedConnection connection)
        {
            // By this thread and, for what is accepted, by the reactor's.
            lock (all) all.Add(connection);
            return connection;
        }
        var writing = reactor.Listen(Loopback, () => Add(new ScriptedConnection
        {
            Opened = connection =>
            {
                connection.SetDeadline(100_000);
                connection.Write(data.AsMemory());
            },
        }));
        var idle = reactor.Listen(Loopback, () => Add(new ScriptedConnection()));
        var paused = reactor.Listen(Loopback, () => Add(new ScriptedConnection { Opened = static connection => connection.PauseReceive() }));
        var lingering = reactor.Listen(Loopback, () => Add(new ScriptedConnection { Opened = static connection => connection.Close() }));
        var peers = new[] { writing, idle, paused, lingering }.SelectMany(end => new[] { new Peer(end), new Peer(end) }).ToArray();
        for (var i = 0; i < 10; i++)
        {
            var client = Add(new ScriptedConnection());
            reactor.Connect(new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)full.LocalEndPoint!).Port), client);
        }
        foreach (var peer in peers) peer.Socket.Send([1]);
        Until(reactor, () => all.Count == 18);
        Turns(reactor);
        reactor.Dispose();
        Assert.Multiple(() =>
        {
            foreach (var connection in all)
            {
                Assert.That(connection.ClosedCalls, Is.EqualTo(1));
                Assert.That(connection.CloseReason, Is.AnyOf(CloseReason.ReactorStopped, CloseReason.Closed));
            }
        });
        foreach (var peer in peers) peer.Dispose();
    }

    [Test]
    public void Starting_and_stopping_again_and_again_leaves_nothing()
    {
        for (var round = 0; round < 30; round++)
        {
            using var reactor = Start();
            using var peer = new Peer(reactor.Listen(Loopback, ScriptedConnection.Echo));
            peer.SendPattern(1000);
            if (round % 2 == 0) peer.ExpectPattern(1000);
        }
    }

    [Test]
    public void A_reactor_does_not_wait_for_itself()
    {
        var reactor = Start();
        On(reactor, () => Assert.That(reactor.Dispose, Throws.InvalidOperationException));
        reactor.Dispose();
        reactor.Dispose();
        Assert.That(reactor.IsCurrent, Is.False);
    }

    [Test]
    public void Stopping_under_load_ends_every_connection_once()
    {
        var reactor = Start();
        var all = new List<ScriptedConnection>();
        var end = reactor.Listen(Loopback, () =>
        {
            var connection = ScriptedConnection.Echo();
            all.Add(connection);
            return connection;
        });
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
        {
            try
            {
                while (true)
                {
                    using var peer = new Peer(end);
                    peer.SendPattern(10_000);
                    peer.ExpectPattern(10_000);
                    peer.Reset();
                }
            }
            catch (Exception ended) when (ended is SocketException or EndOfStreamException)
            {
                // The reactor has stopped.
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        Until(reactor, () => reactor.Counters.Accepted > 100);
        reactor.Dispose();
        Within(Task.WhenAll(clients));
        Assert.That(all.Select(connection => connection.ClosedCalls), Is.All.EqualTo(1));
    }

    [Test]
    public void The_date_is_that_of_the_present_second()
    {
        var reactor = Start();
        var before = DateTimeOffset.UtcNow.AddSeconds(-2);
        var date = DateTimeOffset.Parse(On(reactor, () => System.Text.Encoding.ASCII.GetString(reactor.HttpDate)), System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(date, Is.InRange(before, DateTimeOffset.UtcNow.AddSeconds(1)));
    }

    [Test]
    public void The_reactor_says_what_it_runs_on() => Assert.That(Start().Transport, Is.EqualTo(Kind));
}
