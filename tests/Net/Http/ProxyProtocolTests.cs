using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Observing;
using FastCore.Net.Http.Server;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>Connections that come through proxies which tell of their clients.</summary>
internal sealed class ProxyProtocolTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Header = "PROXY TCP4 192.0.2.7 198.51.100.2 56324 443\r\n";
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly IPNetwork[] Here = [IPNetwork.Parse("127.0.0.0/8")];
    private static readonly IPNetwork[] Elsewhere = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32")];

    [Test]
    public void TheHandlerSeesTheClientThatTheProxyTellsOf([Values(1, 7, 1000)] int pieces)
    {
        var server = StartBehind(Here);
        using var client = new HttpPeer(server);
        var all = Header + Get;
        for (var at = 0; at < all.Length; at += pieces) client.Send(all[at..Math.Min(all.Length, at + pieces)]);
        Assert.That(client.Read(), Is.EqualTo((200, "192.0.2.7:56324")));
        Assert.That(client.Ask(Get), Is.EqualTo((200, "192.0.2.7:56324")), "for all requests of the connection");
    }

    [Test]
    public void AProxyThatSpeaksForItselfIsTheClient()
    {
        var server = StartBehind(Here);
        using var client = new HttpPeer(server);
        client.Peer.Send([.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x20, 0, 0, 0, .. Encoding.ASCII.GetBytes(Get)]);
        Assert.That(client.Read(), Is.EqualTo((200, client.Peer.Socket.LocalEndPoint!.ToString()!)));
    }

    [TestCase(Get)]
    [TestCase("PROXY TCP4 1.2.3 4.5.6.7 1 2\r\n")]
    public void AProxyWithoutASoundHeaderIsReset(string start)
    {
        var server = StartBehind(Here);
        using var client = new HttpPeer(server);
        client.Send(start);
        client.Peer.ExpectReset();
        Until(() => server.Counters.Refused == 1);
        Assert.That(server.Counters.Requests, Is.Zero);
    }

    [Test]
    public void WhoIsNoProxyIsResetOrServedWithoutBeingBelieved([Values] bool serve)
    {
        var server = StartBehind(Elsewhere, serve);
        if (!serve)
        {
            Peer.ExpectResetOf(server.EndPoint);
            return;
        }
        using var client = new HttpPeer(server);
        Assert.That(client.Ask(Get).Body, Is.EqualTo(client.Peer.Socket.LocalEndPoint!.ToString()));
        Assert.That(client.Ask(Header + Get).Status, Is.EqualTo(400));
    }

    [Test]
    public void AProxyThatEndsBeforeItsHeaderLeavesNothing()
    {
        var server = StartBehind(Here);
        using (var client = new HttpPeer(server))
        {
            client.Send(Header[..20]);
            client.Peer.FinishSending();
            client.Peer.ExpectReset();
        }
        Until(() => server.Counters.Connections == 0);
    }

    [Test]
    public void AStopEndsThoseWhoseHeaderHasNotCome()
    {
        var server = StartBehind(Here);
        using var client = new HttpPeer(server);
        client.Send(Header[..20]);
        Until(() => server.Counters.InputBuffers == 1);
        Assert.That(server.StopAsync(Hang.Patience).Wait(Hang.Milliseconds / 2));
    }

    [Test]
    public void TheLimitPerAddressCountsTheClientsBehindTheProxy()
    {
        var server = StartBehind(Here, options: new HttpServerOptions { Reactors = 1, MaxConnectionsPerAddress = 1, LingerTimeout = TimeSpan.FromMilliseconds(100) });
        using var other = new HttpPeer(server);
        Assert.That(other.Ask("PROXY TCP4 192.0.2.8 198.51.100.2 1 2\r\n" + Get).Status, Is.EqualTo(200));
        using (var first = new HttpPeer(server))
        {
            Assert.That(first.Ask(Header + Get).Status, Is.EqualTo(200));
            using var second = new HttpPeer(server);
            Assert.That(second.Ask(Header + Get).Status, Is.EqualTo(503));
        }
        Until(() => server.Counters.Connections == 1);
        using var third = new HttpPeer(server);
        Assert.That(third.Ask(Header + Get).Status, Is.EqualTo(200));
    }

    [Test]
    public void TheAccessLogNamesTheClient()
    {
        var output = new MemoryStream();
        using (var log = new HttpAccessLog(output))
        {
            var server = StartBehind(Here, options: new HttpServerOptions { Reactors = 1, Observers = [log] });
            using var client = new HttpPeer(server);
            Assert.That(client.Ask(Header + Get).Status, Is.EqualTo(200));
            server.Dispose();
        }
        Assert.That(Encoding.ASCII.GetString(output.ToArray()), Does.StartWith("192.0.2.7 - - ["));
    }

    [Test]
    public async Task TheHeaderGoesBeforeTls([Values] bool inPieces)
    {
        var server = StartBehind(Here, tls: new HttpTlsOptions { Certificate = TlsTests.Certificate });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint);
        await using var stream = new NetworkStream(socket);
        var header = Encoding.ASCII.GetBytes(Header);
        if (inPieces) await stream.WriteAsync(header.AsMemory(0, 30));
        // The rest of the header and the start of the handshake in one piece.
        await using var tls = new SslStream(new PrefixedStream(stream, inPieces ? header[30..] : header), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(Encoding.ASCII.GetBytes(Get.Replace("Host: a", "Host: a\r\nConnection: close", StringComparison.Ordinal)));
        Assert.That(await new StreamReader(tls).ReadToEndAsync(), Does.EndWith("192.0.2.7:56324"));
    }

    private HttpServer StartBehind(IPNetwork[] proxies, bool serveOthers = false, HttpServerOptions? options = null, HttpTlsOptions? tls = null) => Start(
        static server => server.Map(HttpMethod.Get, "/", static context => context.Respond(context.RemoteEndPoint!.ToString())),
        (options ?? new HttpServerOptions { Reactors = 1 }) with
        {
            EndPoint = null,
            MoreEndPoints = [new HttpEndPoint(new IPEndPoint(IPAddress.Loopback, 0), tls) { ProxyProtocol = new ProxyProtocolOptions { From = proxies, ServeOthers = serveOthers } }],
        });

    /// <summary>Puts something before the first bytes that are written.</summary>
    private sealed class PrefixedStream(Stream inner, byte[] prefix) : Stream
    {
        private byte[] _prefix = prefix;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => inner.Write([.. Take(), .. buffer.AsSpan(offset, count)]);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync((byte[])[.. Take(), .. buffer.Span], cancellationToken);

        private byte[] Take()
        {
            var taken = _prefix;
            _prefix = [];
            return taken;
        }
    }
}

/// <summary>The same on a clock that the test moves.</summary>
internal sealed class ProxyDeadlineTests
{
    private static ServedEndPoint Place => new(null, new ProxyProtocolOptions { From = [], HeaderTimeout = TimeSpan.FromSeconds(3) }, isUnix: true);

    [Test]
    public void AHeaderThatDoesNotComeInTimeEndsTheConnection([Values("", "PROXY TCP4 ")] string start)
    {
        using var client = new Conversation(place: Place);
        if (start.Length > 0) client.Send(start);
        client.Reactor.Pass(2999);
        Assert.That(client.IsOpen, Is.True);
        client.Reactor.Pass(1);
        Assert.That((client.IsOpen, client.Take()), Is.EqualTo((false, "")));
    }

    [Test]
    public void BehindTheHeaderTheTimesOfRequestsBegin()
    {
        using var client = new Conversation(place: Place);
        client.Reactor.Pass(2000);
        client.Send("PROXY UNKNOWN\r\n");
        client.Reactor.Pass(129_999);
        Assert.That(client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo(SmallApplication.Ok("hello")));
    }
}
