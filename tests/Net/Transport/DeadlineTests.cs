using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal sealed class DeadlineTests(TransportKind kind) : TransportTest(kind)
{
    [Test]
    public void A_deadline_comes_once_and_not_early()
    {
        var reactor = Start();
        var due = 0L;
        var came = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new ScriptedConnection
        {
            Opened = connection =>
            {
                due = reactor.Milliseconds + 70;
                connection.SetDeadline(70);
            },
            Deadline = _ => came.TrySetResult(reactor.Milliseconds),
        };
        using var peer = new Peer(Serve(reactor, server));
        Assert.That(Within(came.Task), Is.GreaterThanOrEqualTo(due));
        Assert.That(On(reactor, () => server.DeadlineCalls), Is.EqualTo(1));
        On(reactor, () => server.SetDeadline(1));
        Until(reactor, () => server.DeadlineCalls == 2);
        Assert.That(On(reactor, () => server.IsOpen), Is.True);
    }

    [Test]
    public void A_later_deadline_replaces_an_earlier_one()
    {
        var reactor = Start();
        var other = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = reactor.Listen(Loopback, () => new ScriptedConnection
        {
            Opened = static connection => connection.SetDeadline(200),
            Deadline = _ => other.TrySetResult(),
        });
        var server = new ScriptedConnection
        {
            Opened = static connection =>
            {
                connection.SetDeadline(1);
                connection.SetDeadline(100_000);
            },
        };
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        using var later = new Peer(end);
        Within(other.Task);
        Assert.That(server.DeadlineCalls, Is.Zero);
    }

    [Test]
    public void An_earlier_deadline_replaces_a_later_one()
    {
        var reactor = Start();
        var server = new ScriptedConnection
        {
            Opened = static connection =>
            {
                connection.SetDeadline(int.MaxValue);
                connection.SetDeadline(1);
            },
        };
        using var peer = new Peer(Serve(reactor, server));
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.DeadlinePassed));
        peer.ExpectReset();
    }

    [Test]
    public void A_cleared_deadline_does_not_come()
    {
        var reactor = Start();
        var end = reactor.Listen(Loopback, () => new ScriptedConnection { Opened = static connection => connection.SetDeadline(200) });
        var server = new ScriptedConnection
        {
            Opened = static connection =>
            {
                connection.SetDeadline(1);
                connection.ClearDeadline();
            },
        };
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        using var later = new Peer(end);
        later.ExpectReset();
        Assert.That(server.DeadlineCalls, Is.Zero);
    }

    [Test]
    public void A_deadline_can_be_set_anew_in_its_callback()
    {
        var reactor = Start();
        var server = new ScriptedConnection
        {
            Opened = static connection => connection.SetDeadline(0),
            Deadline = static connection =>
            {
                if (connection.DeadlineCalls < 5) connection.SetDeadline(0);
                else connection.Abort();
            },
        };
        using var peer = new Peer(Serve(reactor, server));
        Assert.That(Within(server.EndTask), Is.EqualTo(CloseReason.Aborted));
        Assert.That(server.DeadlineCalls, Is.EqualTo(5));
    }

    [Test]
    public void A_negative_deadline_is_refused()
    {
        var reactor = Start();
        var server = new ScriptedConnection();
        using var peer = new Peer(Serve(reactor, server));
        Within(server.OpenTask);
        On(reactor, () => Assert.That(() => server.SetDeadline(-1), Throws.InstanceOf<ArgumentOutOfRangeException>()));
    }
}
