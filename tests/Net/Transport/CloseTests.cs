using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal sealed class CloseTests(TransportKind kind) : TransportTest(kind)
{
    [Test]
    public void The_peers_end_closes_by_default()
    {
        var reactor = Start();
        var server = ScriptedConnection.Echo();
        using var peer = new Peer(Serve(reactor, server));
        peer.SendPattern(100_000);
        peer.FinishSending();
        peer.ExpectPattern(100_000);
        peer.ExpectEnd();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.PeerFinished));
    }

    [Test]
    public void After_the_peers_end_this_side_can_still_send()
    {
        var data = Pattern.Make(3_000_000);
        var reactor = Start();
        var server = new ScriptedConnection
        {
            PeerFinished = connection => reactor.Post(() =>
            {
                connection.Write(data.AsMemory());
                connection.Close();
            }),
        };
        using var peer = new Peer(Serve(reactor, server));
        peer.SendPattern(1);
        peer.FinishSending();
        peer.ExpectPattern(data.Length);
        peer.ExpectEnd();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.PeerFinished));
    }

    [Test]
    public void An_idle_connection_that_is_closed_tells_its_peer()
    {
        // By the end of the stream, not by the end of the linger time.
        var reactor = Start(new ReactorOptions { LingerTimeout = TimeSpan.FromMinutes(10) });
        var server = new ScriptedConnection();
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        reactor.Post(server.Close);
        peer.ExpectEnd();
        peer.FinishSending();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Closed));
    }

    [Test]
    public void The_last_bytes_arrive_although_input_is_unread()
    {
        var data = Pattern.Make(1_000_000);
        var reactor = Start();
        var server = new ScriptedConnection { Opened = static connection => connection.PauseReceive() };
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        peer.SendPattern(100_000);
        reactor.Post(() =>
        {
            server.Write(data.AsMemory());
            server.Close();
        });
        peer.ExpectPattern(data.Length);
        peer.SendPattern(100_000);
        peer.ExpectEnd();
        peer.FinishSending();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Closed));
        Assert.That(server.ReceivedCalls, Is.Zero, "A closing connection throws away what comes.");
    }

    [Test]
    public void A_peer_that_never_ends_is_waited_for_no_longer_than_the_linger_time()
    {
        var reactor = Start(new ReactorOptions { LingerTimeout = TimeSpan.FromMilliseconds(50) });
        var server = new ScriptedConnection();
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        reactor.Post(server.Close);
        peer.ExpectEnd();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Closed));
    }

    [Test]
    public void A_peer_that_never_stops_sending_is_read_no_further_than_the_linger_bytes()
    {
        var reactor = Start(new ReactorOptions { LingerTimeout = TimeSpan.FromMinutes(10), LingerBytes = 100_000 });
        var server = new ScriptedConnection { Opened = static connection => connection.Close() };
        using var peer = new Peer(Serve(reactor, server));
        var flood = Task.Run(() =>
        {
            try
            {
                peer.SendPattern(long.MaxValue);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // The reset that ends the flood.
            }
        });
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Closed));
        Within(flood);
    }

    [Test]
    public void With_no_linger_time_it_ends_at_once()
    {
        var reactor = Start(new ReactorOptions { LingerTimeout = TimeSpan.Zero });
        var server = new ScriptedConnection
        {
            Opened = static connection =>
            {
                connection.Write(Pattern.Make(100_000));
                connection.Close();
            },
        };
        using var peer = new Peer(Serve(reactor, server));
        peer.ExpectPattern(100_000);
        peer.ExpectEnd();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Closed));
    }

    [Test]
    public void Abort_resets()
    {
        var reactor = Start();
        var server = new ScriptedConnection { Opened = static connection => connection.Write(new byte[100_000].AsMemory()) };
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        reactor.Post(server.Abort);
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Aborted));
        peer.ExpectReset();
    }

    [Test]
    public void A_reset_of_the_peer_ends_an_idle_connection()
    {
        var reactor = Start();
        var server = new ScriptedConnection();
        var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        peer.Reset();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.PeerReset));
    }

    [Test]
    public void A_reset_of_the_peer_ends_a_send_in_flight()
    {
        var data = new byte[32_000_000];
        var reactor = Start();
        var server = new ScriptedConnection
        {
            Opened = connection =>
            {
                connection.PauseReceive();
                connection.Write(data.AsMemory());
            },
        };
        var peer = new Peer(Serve(reactor, server), receiveBuffer: 16 * 1024);
        Within(server.OpenTask);
        Turns(reactor);
        peer.Reset();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.PeerReset));
    }

    [Test]
    public void Nothing_happens_after_the_end()
    {
        var reactor = Start();
        var server = ScriptedConnection.Echo();
        var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        peer.Reset();
        Within(server.EndTask);
        On(reactor, () =>
        {
            server.Write([1, 2, 3]);
            server.Write(new byte[10_000].AsMemory());
            server.PauseReceive();
            server.ResumeReceive();
            server.SetDeadline(1);
            server.ClearDeadline();
            server.Close();
            server.Abort();
            Assert.That(server.RemoteEndPoint, Is.Null);
            Assert.That(server.IsOpen, Is.False);
        });
        Turns(reactor);
        Assert.That(server.ClosedCalls, Is.EqualTo(1));
    }

    [Test]
    public void A_connection_can_end_itself_in_every_callback([Values] bool abort, [Values("opened", "received", "drained", "finished", "deadline")] string where)
    {
        var reactor = Start(new ReactorOptions { LingerTimeout = TimeSpan.FromMilliseconds(50) });
        void End(ScriptedConnection connection, string here)
        {
            if (here != where) return;
            if (abort) connection.Abort();
            else connection.Close();
            connection.Write(Pattern.Make(5000));
        }
        var server = new ScriptedConnection
        {
            Opened = connection =>
            {
                connection.Write(Pattern.Make(5000));
                if (where == "deadline") connection.SetDeadline(1);
                End(connection, "opened");
            },
            Received = (connection, _) => End(connection, "received"),
            Drained = connection => End(connection, "drained"),
            PeerFinished = connection => End(connection, "finished"),
            Deadline = connection => End(connection, "deadline"),
        };
        using var peer = new Peer(Serve(reactor, server));
        peer.Socket.Send([1], 0, 1, System.Net.Sockets.SocketFlags.None, out _);
        if (where == "finished")
        {
            Within(server.OpenTask);
            peer.FinishSending();
        }
        var reason = Within(server.EndTask);
        Assert.That(reason, Is.EqualTo(abort ? CloseReason.Aborted : where == "finished" ? CloseReason.PeerFinished : CloseReason.Closed));
        Assert.That(server.ClosedCalls, Is.EqualTo(1));
    }
}
