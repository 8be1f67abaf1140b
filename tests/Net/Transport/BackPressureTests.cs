using System.Net.Sockets;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal sealed class BackPressureTests(TransportKind kind) : TransportTest(kind)
{
    [TestCase(1)]
    [TestCase(200)]
    public void Pinned_memory_waits_for_a_reader_that_stalls_and_resumes(int pieces)
    {
        var data = Pattern.Make(32_000_000);
        var drained = new TaskCompletionSource();
        var reactor = Start();
        var server = new ScriptedConnection
        {
            Opened = connection =>
            {
                // More ranges than one sendmsg takes, so that several vectors go out.
                var size = data.Length / pieces;
                for (var i = 0; i < pieces; i++) connection.Write(data.AsMemory(i * size, size));
            },
            Drained = _ => drained.TrySetResult(),
        };
        using var peer = new Peer(Serve(reactor, server), receiveBuffer: 16 * 1024);
        Within(server.OpenTask);
        Turns(reactor);
        Assert.Multiple(() =>
        {
            Assert.That(drained.Task.IsCompleted, Is.False, "Nobody has read, and the kernel can't hold it all.");
            Assert.That(server.QueuedBytes, Is.GreaterThan(0));
            Assert.That(On(reactor, () => reactor.Counters.Pins), Is.InRange(1, pieces));
        });
        peer.ExpectPattern(5_000_000, readSize: 777);
        Turns(reactor);
        peer.ExpectPattern(data.Length - 5_000_000, 5_000_000);
        Within(drained.Task);
        Assert.That(On(reactor, () => (reactor.Counters.Pins, reactor.Counters.SendBlocks, server.QueuedBytes)), Is.EqualTo((0, 0, 0L)));
    }

    [Test]
    public void Nothing_arrives_while_paused_from_the_start()
    {
        var reactor = Start();
        var server = new ScriptedConnection { Opened = static connection => connection.PauseReceive() };
        using var peer = new Peer(Serve(reactor, server));
        peer.SendPattern(100);
        Within(server.OpenTask);
        Turns(reactor);
        Assert.That(server.ReceivedCalls, Is.Zero);
        reactor.Post(server.ResumeReceive);
        Until(reactor, () => server.ReceivedBytes == 100);
    }

    [Test]
    public void A_paused_connection_holds_its_peer_back()
    {
        var reactor = Start();
        var server = new ScriptedConnection
        {
            Opened = static connection => connection.PauseReceive(),
            Received = static (connection, data) => Pattern.Verify(data, connection.ReceivedBytes),
        };
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        peer.Socket.Blocking = false;
        var sent = 0L;
        var chunk = new byte[64 * 1024];
        var refusals = 0;
        while (refusals < 50)
        {
            Pattern.Fill(chunk, sent);
            var count = peer.Socket.Send(chunk, 0, chunk.Length, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                refusals++;
                Turns(reactor, 5);
            }
            else
            {
                Assert.That(error, Is.EqualTo(SocketError.Success));
                sent += count;
                Assert.That(sent, Is.LessThan(256 << 20), "The peer is not held back.");
            }
        }
        Assert.That(server.ReceivedCalls, Is.Zero);
        reactor.Post(server.ResumeReceive);
        Until(reactor, () => server.ReceivedBytes == sent);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Pausing_and_resuming_at_any_moment_loses_nothing(int seed)
    {
        const int Length = 6_000_000;
        var random = new Random(seed);
        var reactor = Start();
        var server = new ScriptedConnection
        {
            Received = (connection, data) =>
            {
                Pattern.Verify(data, connection.ReceivedBytes);
                switch (random.Next(4))
                {
                    case 0:
                        connection.PauseReceive();
                        reactor.Post(connection.ResumeReceive);
                        break;
                    case 1:
                        connection.PauseReceive();
                        connection.ResumeReceive();
                        break;
                    case 2:
                        connection.PauseReceive();
                        reactor.Post(() =>
                        {
                            connection.ResumeReceive();
                            connection.PauseReceive();
                            reactor.Post(connection.ResumeReceive);
                        });
                        break;
                }
            },
        };
        using var peer = new Peer(Serve(reactor, server));
        peer.SendPattern(Length);
        Until(reactor, () => server.ReceivedBytes == Length);
        peer.FinishSending();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.PeerFinished));
    }

    [Test]
    public void The_end_of_the_stream_is_seen_after_a_pause()
    {
        var reactor = Start();
        var server = new ScriptedConnection { Opened = static connection => connection.PauseReceive() };
        using var peer = new Peer(Serve(reactor, server));
        peer.SendPattern(1000);
        peer.FinishSending();
        Within(server.OpenTask);
        Turns(reactor);
        Assert.That(server.ClosedCalls, Is.Zero);
        reactor.Post(server.ResumeReceive);
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.PeerFinished));
        Assert.That(server.ReceivedBytes, Is.EqualTo(1000));
    }

    [Test]
    public void A_peer_that_takes_nothing_is_cut_off_and_others_do_not_notice()
    {
        var data = new byte[32_000_000];
        var reactor = Start(new ReactorOptions { SendStallTimeout = TimeSpan.FromMilliseconds(100) });
        var stalled = new ScriptedConnection { Opened = connection => connection.Write(data.AsMemory()) };
        using var silent = new Peer(Serve(reactor, stalled), receiveBuffer: 16 * 1024);
        using var lively = new Peer(reactor.Listen(Loopback, ScriptedConnection.Echo));
        while (!stalled.EndTask.IsCompleted)
        {
            lively.SendPattern(100);
            lively.ExpectPattern(100);
        }
        Assert.That(Within(stalled.EndTask), Is.EqualTo(CloseReason.SendStalled));
        silent.ExpectReset();
        lively.SendPattern(100);
        lively.ExpectPattern(100);
    }

    [Test]
    public void A_draining_connection_is_cut_off_too()
    {
        var data = new byte[32_000_000];
        var reactor = Start(new ReactorOptions { SendStallTimeout = TimeSpan.FromMilliseconds(100) });
        var server = new ScriptedConnection
        {
            Opened = connection =>
            {
                connection.Write(data.AsMemory());
                connection.Close();
            },
        };
        using var peer = new Peer(Serve(reactor, server), receiveBuffer: 16 * 1024);
        Within(server.EndTask);
        peer.ExpectReset();
    }
}
