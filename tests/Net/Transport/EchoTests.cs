using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal sealed class EchoTests(TransportKind kind) : TransportTest(kind)
{
    [TestCase(1)]
    [TestCase(15)]
    [TestCase(4095)]
    [TestCase(4096)]
    [TestCase(4097)]
    [TestCase(65_536)]
    [TestCase(65_537)]
    [TestCase(1_000_003)]
    [TestCase(16_000_001)]
    public void A_stream_comes_back_as_it_was(int length)
    {
        var reactor = Start();
        using var peer = new Peer(reactor.Listen(Loopback, ScriptedConnection.Echo));
        var sending = Task.Run(() =>
        {
            peer.SendPattern(length);
            peer.FinishSending();
        });
        peer.ExpectPattern(length);
        Within(sending);
        peer.ExpectEnd();
    }

    [Test]
    public void Every_size_around_a_block_comes_back()
    {
        var reactor = Start();
        using var peer = new Peer(reactor.Listen(Loopback, ScriptedConnection.Echo));
        for (var length = 1; length < 9000; length += length < 64 || length % 4096 is > 4080 or < 16 ? 1 : 61)
        {
            peer.SendPattern(length, length);
            peer.ExpectPattern(length, length);
        }
    }

    [Test]
    public void Copied_and_pinned_writes_keep_their_order()
    {
        var data = Pattern.Make(3_000_000);
        var seed = new Random(4711);
        var reactor = Start();
        var server = new ScriptedConnection
        {
            Opened = connection =>
            {
                var offset = 0;
                while (offset < data.Length)
                {
                    var length = Math.Min(data.Length - offset, seed.Next(5) == 0 ? seed.Next(100_000) : seed.Next(3000));
                    if (seed.Next(2) == 0) connection.Write(data.AsSpan(offset, length));
                    else connection.Write(data.AsMemory(offset, length));
                    offset += length;
                }
                connection.Close();
            },
        };
        using var peer = new Peer(Serve(reactor, server));
        peer.ExpectPattern(data.Length);
        peer.ExpectEnd();
        peer.Dispose();
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Closed));
    }

    [Test]
    public void Both_ends_on_one_reactor_talk()
    {
        const int Length = 2_000_000;
        var reactor = Start();
        var end = reactor.Listen(Loopback, ScriptedConnection.Echo);
        var sent = Pattern.Make(Length);
        var client = new ScriptedConnection
        {
            Opened = connection => connection.Write(sent.AsMemory()),
            Received = (connection, data) =>
            {
                Pattern.Verify(data, connection.ReceivedBytes);
                if (connection.ReceivedBytes + data.Length == Length) connection.Close();
            },
        };
        reactor.Connect(end, client);
        Assert.That(Within(client.EndTask), Is.EqualTo(CloseReason.Closed));
        Assert.That(client.ReceivedBytes, Is.EqualTo(Length));
    }

    [Test]
    public void Many_connections_do_not_mix()
    {
        const int Count = 300;
        var reactor = Start();
        var end = reactor.Listen(Loopback, ScriptedConnection.Echo);
        var peers = Enumerable.Range(0, Count).Select(_ => new Peer(end)).ToArray();
        try
        {
            for (var round = 0; round < 3; round++)
            {
                for (var i = 0; i < Count; i++) peers[i].SendPattern(100 + i, i * 1000L);
                for (var i = Count - 1; i >= 0; i--) peers[i].ExpectPattern(100 + i, i * 1000L);
            }
            Assert.That(On(reactor, () => reactor.Counters.Connections), Is.EqualTo(Count));
            Assert.That(On(reactor, () => reactor.Counters.Accepted), Is.EqualTo(Count));
        }
        finally
        {
            foreach (var peer in peers) peer.Dispose();
        }
        Until(reactor, () => reactor.Counters.Connections == 0);
    }

    [Test]
    public void Several_reactors_share_a_port()
    {
        var reactors = new[] { Start(), Start() };
        var end = reactors[0].Listen(Loopback, ScriptedConnection.Echo, sharePort: true);
        Assert.That(reactors[1].Listen(end, ScriptedConnection.Echo, sharePort: true), Is.EqualTo(end));
        for (var i = 0; i < 64; i++)
        {
            using var peer = new Peer(end);
            peer.SendPattern(10);
            peer.ExpectPattern(10);
        }
        Assert.That(reactors.Sum(reactor => On(reactor, () => reactor.Counters.Accepted)), Is.EqualTo(64));
    }
}
