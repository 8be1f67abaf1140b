using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tls;

namespace FastCore.Net.Tests.Http;

/// <summary>Handshakes that take long: whom they hold up, in which order they come, and what is left when their connection ends meanwhile. They are held where their certificate is chosen.</summary>
internal sealed class TlsHandshakeTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private readonly ManualResetEventSlim _release = new();
    private readonly ConcurrentQueue<string> _chosen = new();

    // Whose certificate is chosen at once.
    private string? _notHeld;

    [SetUp]
    public void Hold()
    {
        _release.Reset();
        _chosen.Clear();
        _notHeld = null;
    }

    [TearDown]
    public void Release() => _release.Set();

    [Test]
    public async Task ItsReactorAnswersOthers()
    {
        var server = StartBoth();
        using var first = new HttpPeer(server);
        var held = ConnectAsync(server, "held.example");
        Until(() => _chosen.Count == 1);
        Assert.That(first.Ask(Request), Is.EqualTo((200, "http hello")), "one that was there before");
        using var second = new HttpPeer(server);
        Assert.That(second.Ask(Request), Is.EqualTo((200, "http hello")), "one that comes");
        _release.Set();
        await AskAsync(await held);
    }

    [Test]
    public async Task TheRestWaitInOrder()
    {
        var server = StartBoth(new HttpServerOptions { MaxConcurrentHandshakes = 1 });
        string[] names = ["a.example", "b.example", "c.example", "d.example"];
        var all = new List<Task<SslStream>>();
        foreach (var name in names)
        {
            all.Add(ConnectAsync(server, name));
            Until(() => (_chosen.Count, server.Handshakes.Waiting) == (1, all.Count - 1));
        }
        _release.Set();
        foreach (var each in all) await AskAsync(await each);
        Assert.That(_chosen, Is.EqualTo(names));
        Until(() => server.Handshakes.Running == 0);
    }

    [Test]
    public void OnesThatHaveBegunGoBeforeNewOnes()
    {
        var gate = new HandshakeGate(1);
        var order = new ConcurrentQueue<string>();
        gate.Enter(new Step(gate, "first", order, _release), hasBegun: false);
        Until(() => order.Count == 1);
        gate.Enter(new Step(gate, "new 1", order), hasBegun: false);
        gate.Enter(new Step(gate, "begun 1", order), hasBegun: true);
        gate.Enter(new Step(gate, "new 2", order), hasBegun: false);
        gate.Enter(new Step(gate, "begun 2", order), hasBegun: true);
        _release.Set();
        Until(() => (gate.Running, gate.Waiting) == (0, 0));
        Assert.That(order, Is.EqualTo(["first", "begun 1", "begun 2", "new 1", "new 2"]));
    }

    [Test]
    public void OneIsWithdrawnOnlyBeforeItsTurn()
    {
        var gate = new HandshakeGate(1);
        var order = new ConcurrentQueue<string>();
        Assert.That(gate.Enter(new Step(gate, "first", order, _release), hasBegun: false), Is.Null, "it need not wait");
        Until(() => order.Count == 1);
        var places = new[] { ("new 1", false), ("begun 1", true), ("new 2", false), ("begun 2", true), ("new 3", false) }
            .Select(step => gate.Enter(new Step(gate, step.Item1, order), step.Item2)!).ToList();
        Assert.That((gate.TryWithdraw(places[1]), gate.TryWithdraw(places[2]), gate.Waiting), Is.EqualTo((true, true, 3)));
        Assert.That(gate.TryWithdraw(places[1]), Is.False, "once");
        _release.Set();
        Until(() => (gate.Running, gate.Waiting) == (0, 0));
        Assert.That(order, Is.EqualTo(["first", "begun 2", "new 1", "new 3"]));
        Assert.That(places.Any(gate.TryWithdraw), Is.False);
    }

    [Test]
    public void ThoseThatWaitAreCutOffToo()
    {
        var server = StartBoth(new HttpServerOptions { MaxConcurrentHandshakes = 1 }, handshakeMilliseconds: 500);
        using var plain = new HttpPeer(server);
        var held = ConnectAsync(server, "held.example");
        Until(() => _chosen.Count == 1);
        var waiting = ConnectAsync(server, "waiting.example");
        Until(() => server.Handshakes.Waiting == 1 || waiting.IsFaulted);
        Until(() => server.Counters.Connections == 1);
        Assert.That(async () => await held, Throws.InstanceOf<IOException>());
        Assert.That(async () => await waiting, Throws.InstanceOf<IOException>());
        _release.Set();
        Until(() => (server.Handshakes.Running, server.Handshakes.Waiting) == (0, 0));
        Assert.That(_chosen, Is.EqualTo(["held.example"]), "nothing is computed for one that has gone");
        Assert.That(plain.Ask(Request), Is.EqualTo((200, "http hello")));
    }

    [Test]
    public async Task AServerStopsMeanwhile()
    {
        var server = StartBoth(new HttpServerOptions { MaxConcurrentHandshakes = 1 });
        var held = ConnectAsync(server, "held.example");
        Until(() => _chosen.Count == 1);
        var waiting = ConnectAsync(server, "waiting.example");
        Until(() => server.Handshakes.Waiting == 1);
        await server.StopAsync(TimeSpan.Zero).WaitAsync(Hang.Patience);
        Assert.That(async () => await held, Throws.InstanceOf<IOException>());
        Assert.That(async () => await waiting, Throws.InstanceOf<IOException>());
        _release.Set();
        Until(() => (server.Handshakes.Running, server.Handshakes.Waiting) == (0, 0));
        Assert.That(_chosen, Is.EqualTo(["held.example"]));
    }

    [Test]
    public async Task OneWhosePeerHasEndedIsLetGoOfWithItsConnection()
    {
        var server = StartBoth(new HttpServerOptions { MaxConcurrentHandshakes = 1 });
        using var begun = Begin(server);
        var held = ConnectAsync(server, "held.example");
        Until(() => _chosen.Count == 2);
        Assert.That(server.Handshakes.UnderWay, Is.EqualTo(2));
        // Its next step would bring the end to the read that waits.
        begun.FinishSending();
        Until(() => server.Handshakes.Waiting == 1);
        await server.StopAsync(TimeSpan.Zero).WaitAsync(Hang.Patience);
        Assert.That(async () => await held, Throws.InstanceOf<IOException>());
        _release.Set();
        Until(() => (server.Handshakes.Running, server.Handshakes.Waiting, server.Handshakes.UnderWay) == (0, 0, 0));
    }

    [Test]
    public async Task ThoseThatHaveGoneWaitNoMore()
    {
        const int Count = 50;
        var server = StartBoth(new HttpServerOptions { MaxConcurrentHandshakes = 1 });
        using var begun = Begin(server);
        var held = ConnectAsync(server, "held.example");
        Until(() => _chosen.Count == 2);
        var waiting = ConnectAsync(server, "waiting.example");
        Until(() => server.Handshakes.Waiting == 1);
        // It is no TLS, but that is not known before its step.
        begun.Send(new byte[1]);
        var hello = ClientHello.For("gone.example");
        var gone = Enumerable.Range(0, Count).Select(_ => new Peer(SecureEndPointOf(server))).ToList();
        foreach (var peer in gone)
        {
            peer.Send(hello);
            peer.Send(new byte[100]);
        }
        Until(() => server.Handshakes.Waiting == Count + 2);
        begun.Reset();
        foreach (var peer in gone) peer.Reset();
        Until(() => (server.Handshakes.Waiting, server.Handshakes.UnderWay) == (1, 1));
        Assert.That(server.Handshakes.Running, Is.EqualTo(1));
        _release.Set();
        await AskAsync(await held);
        await AskAsync(await waiting);
        Until(() => (server.Handshakes.Running, server.Handshakes.UnderWay) == (0, 0));
        Assert.That(_chosen, Is.EqualTo(["begun.example", "held.example", "waiting.example"]));
    }

    [Test]
    public void WhatComesMeanwhileIsHeldBack()
    {
        var server = StartBoth();
        using var flooding = new Peer(SecureEndPointOf(server));
        // The kernel holds that much at most, and the server what it would have been held back for.
        flooding.Socket.SendBufferSize = 64 * 1024;
        flooding.Send(ClientHello.For("held.example"));
        Until(() => _chosen.Count == 1);
        var block = new byte[64 * 1024];
        flooding.Socket.Blocking = false;
        long sent = 0;
        // Until the kernel takes nothing more, and the reactor has taken nothing out for a hundred of its turns.
        var reactor = server.Reactors[0];
        for (var idle = 0; idle < 100 && sent < 64 << 20;)
        {
            var count = flooding.Socket.Send(block, SocketFlags.None, out var error);
            Assert.That(error, Is.AnyOf(SocketError.Success, SocketError.WouldBlock));
            idle = error == SocketError.WouldBlock ? idle + 1 : 0;
            sent += Math.Max(0, count);
            using var turned = new ManualResetEventSlim();
            reactor.Post(turned.Set);
            Assert.That(turned.Wait(Hang.Milliseconds));
        }
        Assert.That(reactor.Counters.Received, Is.GreaterThan(0).And.LessThan(1 << 20), "the rest is held back where it comes from");
        _release.Set();
        // It is no TLS.
        Until(() => server.Counters.Connections == 0);
    }

    [Test]
    public async Task WhatComesBehindTheHandshakeIsNotLost()
    {
        var server = StartBoth();
        _release.Set();
        // In TLS 1.3 a client may send with the last message of its handshake, whose step is then away.
        for (var i = 0; i < 20; i++)
        {
            var stream = await ConnectAsync(server, "a.example", gathers: true);
            await AskAsync(stream);
        }
        Until(() => server.Handshakes.Running == 0);
    }

    [Test]
    public async Task AClientsHandshakeHoldsUpNobodyEither()
    {
        var server = StartBoth();
        var other = StartBoth();
        var isEntered = 0;
        await using var pool = new HttpConnectionPool(new HttpConnectionPoolOptions
        {
            Transport = Kind,
            Tls = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, _, _, _) =>
                {
                    Volatile.Write(ref isEntered, 1);
                    return _release.Wait(Hang.Milliseconds);
                },
            },
        });
        // The server's own is not what is held.
        _notHeld = "localhost";
        var held = pool.GetHost($"https://localhost:{SecureEndPointOf(server).Port}").FetchAsync(new HttpClientRequest(HttpMethod.Get, "/")).AsTask();
        Until(() => Volatile.Read(ref isEntered) == 1);
        using (var plain = await pool.GetHost($"http://{other.EndPoint}").FetchAsync(new HttpClientRequest(HttpMethod.Get, "/")).AsTask().WaitAsync(Hang.Patience))
            Assert.That(System.Text.Encoding.ASCII.GetString(plain.Body), Is.EqualTo("http hello"));
        _release.Set();
        using var secure = await held;
        Assert.That(System.Text.Encoding.ASCII.GetString(secure.Body), Is.EqualTo("https hello"));
    }

    /// <summary>One whose first step is not held, and is back.</summary>
    private Peer Begin(HttpServer server)
    {
        _notHeld = "begun.example";
        var begun = new Peer(SecureEndPointOf(server));
        begun.Send(ClientHello.For(_notHeld));
        Assert.That(begun.Socket.Receive(new byte[1]), Is.EqualTo(1));
        return begun;
    }

    private HttpServer StartBoth(HttpServerOptions? options = null, int handshakeMilliseconds = Hang.Milliseconds) => Start(Application, (options ?? new HttpServerOptions()) with
    {
        Reactors = 1,
        LingerTimeout = TimeSpan.FromMilliseconds(100),
        MoreEndPoints = [new HttpEndPoint(new IPEndPoint(IPAddress.Loopback, 0), new HttpTlsOptions
        {
            SelectCertificate = Choose,
            HandshakeTimeout = TimeSpan.FromMilliseconds(handshakeMilliseconds),
        })],
    });

    private X509Certificate2 Choose(string name)
    {
        _chosen.Enqueue(name);
        if (name != _notHeld) _release.Wait(Hang.Milliseconds);
        return TlsTests.Certificate;
    }

    private static void Application(HttpServer server) =>
        server.Map(HttpMethod.Get, "/", static context => context.Respond(context.IsHttps ? "https hello" : "http hello"));

    private static IPEndPoint SecureEndPointOf(HttpServer server) => (IPEndPoint)server.EndPoints[1];

    private static async Task<SslStream> ConnectAsync(HttpServer server, string name, bool gathers = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = !gathers };
        await socket.ConnectAsync(SecureEndPointOf(server));
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false, static (_, _, _, _) => true);
        try
        {
            await stream.AuthenticateAsClientAsync(name);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks and ends the connection.</summary>
    private static async Task AskAsync(SslStream stream)
    {
        await using var ended = stream;
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Request.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)));
        using var reader = new StreamReader(stream);
        Assert.That(await reader.ReadToEndAsync(), Does.EndWith("\r\n\r\nhttps hello"));
    }

    private sealed class Step(HandshakeGate gate, string name, ConcurrentQueue<string> order, ManualResetEventSlim? waitsFor = null) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            order.Enqueue(name);
            waitsFor?.Wait(Hang.Milliseconds);
            gate.Leave();
        }
    }
}
