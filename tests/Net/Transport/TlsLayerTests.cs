using System.Net.Security;
using FastCore.Net.Tests.Http.Client;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tls;

namespace FastCore.Net.Tests.Transport;

/// <summary>The layer without a protocol: what becomes of a handshake whose connection closes while a step of it waits for its turn.</summary>
internal sealed class TlsLayerTests(TransportKind kind) : TransportTest(kind)
{
    [Test]
    public void NothingIsComputedForOneThatCloses()
    {
        var reactor = Start(new ReactorOptions { LingerTimeout = Hang.Patience });
        var gate = new HandshakeGate(1);
        var chosen = 0;
        var connection = new ScriptedConnection
        {
            Opened = opened => TlsLayer.StartServer(opened, UnpooledArrays.Instance, gate, (_, _, _, _) =>
            {
                Interlocked.Increment(ref chosen);
                return ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificate = SelfSigned.Localhost });
            }),
        };
        // Takes the only place.
        gate.Enter(new Nothing(), hasBegun: true);
        using var peer = new Peer(Serve(reactor, connection));
        var hello = ClientHello.For("a.example");
        peer.Send(hello.AsSpan(0, hello.Length / 2));
        Until(reactor, () => gate.Waiting == 1);
        peer.Send(hello.AsSpan(hello.Length / 2));
        Until(reactor, () => reactor.Counters.Received == hello.Length);
        On(reactor, connection.Close);
        gate.Leave();
        // The step with the first half, which waits for more, and its coming back, from which the next would enter.
        Until(reactor, () => (gate.Running, gate.Waiting, gate.UnderWay) == (0, 0, 1));
        Turns(reactor);
        Until(reactor, () => gate.Running == 0);
        peer.FinishSending();
        Assert.That(Within(connection.EndTask), Is.EqualTo(CloseReason.Closed));
        Assert.That(chosen, Is.Zero);
        Assert.That(gate.UnderWay, Is.Zero);
    }

    private sealed class Nothing : IThreadPoolWorkItem
    {
        public void Execute() { }
    }
}
