using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal sealed class CallbackFailureTests(TransportKind kind) : TransportTest(kind)
{
    [Test]
    public void What_a_callback_throws_ends_its_connection_only([Values("OnOpened", "OnReceived", "OnDrained", "OnPeerFinished", "OnDeadline")] string callback)
    {
        var reactor = Start();
        void Throw(string here)
        {
            if (here == callback) throw new InvalidDataException(callback);
        }
        var failing = new ScriptedConnection
        {
            Opened = connection =>
            {
                if (callback == "OnDrained") connection.Write([1]);
                if (callback == "OnDeadline") connection.SetDeadline(1);
                Throw("OnOpened");
            },
            Received = (_, _) => Throw("OnReceived"),
            Drained = _ => Throw("OnDrained"),
            PeerFinished = _ => Throw("OnPeerFinished"),
            Deadline = _ => Throw("OnDeadline"),
        };
        using var other = new Peer(reactor.Listen(Loopback, ScriptedConnection.Echo));
        using var peer = new Peer(Serve(reactor, failing));
        // Only where it is needed: a send after the reset would take the error that ExpectReset waits for.
        if (callback == "OnReceived") peer.SendPattern(1);
        if (callback == "OnPeerFinished") peer.FinishSending();
        Assert.That(Within(failing.EndTask), Is.EqualTo(CloseReason.CallbackFailed));
        if (callback != "OnPeerFinished") peer.ExpectReset();
        other.SendPattern(100);
        other.ExpectPattern(100);
        Assert.That(ExpectError<InvalidDataException>(reactor), Does.Contain(callback).And.Contain(nameof(ScriptedConnection)));
    }

    [Test]
    public void What_the_last_callback_throws_is_reported()
    {
        var reactor = Start();
        var failing = new ScriptedConnection { Closed = static _ => throw new InvalidDataException("closed") };
        using var peer = new Peer(Serve(reactor, failing));
        Within(failing.OpenTask);
        peer.FinishSending();
        Within(failing.EndTask);
        peer.ExpectEnd();
        Assert.That(ExpectError<InvalidDataException>(reactor), Does.Contain("OnClosed"));
    }

    [Test]
    public void What_posted_work_throws_is_reported()
    {
        var reactor = Start();
        reactor.Post(static () => throw new InvalidDataException("posted"));
        ExpectError<InvalidDataException>(reactor);
    }
}
