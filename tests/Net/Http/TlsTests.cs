using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>HTTPS over every engine: that it carries all that HTTP does, which certificate it shows, and how broken handshakes end.</summary>
internal sealed class TlsTests(TransportKind kind) : HttpServerTest(kind)
{
    internal static readonly X509Certificate2 Certificate = Make("localhost");

    [Test]
    public async Task RequestsOfEverySizeAreAnswered([Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version)
    {
        var server = Start(Application);
        using var client = Client(server, version);
        for (var i = 0; i < 3; i++) Assert.That(await client.GetStringAsync("/"), Is.EqualTo("https hello"));
        Assert.That(await client.GetByteArrayAsync("/large"), Is.EqualTo(SmallApplication.Large));
        foreach (var length in (int[])[0, 1, 16_384, 16_385, 700_000])
        {
            var body = Enumerable.Range(0, length).Select(static i => (byte)(i * 31 >> 3)).ToArray();
            using var answer = await client.PostAsync("/echo", new ByteArrayContent(body));
            Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(body));
        }
        Assert.That(server.Counters.Connections, Is.EqualTo(1), "one connection was used for all");
    }

    [Test]
    public async Task BytesThatComeOneByOneMakeTheSameRequests()
    {
        var server = Start(Application);
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.EndPoint);
        socket.NoDelay = true;
        await using var stream = new SslStream(new Dripping(socket.GetStream()), false, static (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync("localhost");
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        var text = Encoding.Latin1.GetString(all.ToArray());
        Assert.That(text, Does.StartWith("HTTP/1.1 200 OK\r\n").And.Contain("https hello"));
        Assert.That(text, Does.EndWith(Encoding.Latin1.GetString(SmallApplication.Large)), "and the stream ends with the alert that says so");
    }

    [Test]
    public async Task AWebSocketSpeaksOverIt()
    {
        var server = Start(static server => server.MapAsync(HttpMethod.Get, "/", static async context =>
        {
            using var socket = await context.AcceptWebSocketAsync();
            var buffer = new byte[100];
            var message = await socket.ReceiveAsync(buffer.AsMemory(), default);
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, true, default);
            await socket.ReceiveAsync(buffer.AsMemory(), default);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", default);
        }));
        using var limit = new CancellationTokenSource(Hang.Milliseconds);
        using var client = new ClientWebSocket();
        client.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        await client.ConnectAsync(new Uri($"wss://localhost:{server.EndPoint.Port}/"), limit.Token);
        await client.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, true, limit.Token);
        var answer = new byte[10];
        Assert.That((await client.ReceiveAsync(answer, limit.Token)).Count, Is.EqualTo(3));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
    }

    [Test]
    public void TheNameChoosesTheCertificate()
    {
        using var other = Make("other.example");
        var server = Start(Application, new HttpTlsOptions { Certificate = Certificate, SelectCertificate = name => name == "other.example" ? other : null });
        Assert.That(SubjectShown(server, "localhost"), Is.EqualTo("CN=localhost"));
        Assert.That(SubjectShown(server, "other.example"), Is.EqualTo("CN=other.example"));
        Assert.That(SubjectShown(server, "unknown.example"), Is.EqualTo("CN=localhost"));
    }

    [Test]
    public void AFileThatChangesIsReadAgain([Values] bool pkcs12)
    {
        var directory = Directory.CreateTempSubdirectory("fastcore-tls-").FullName;
        try
        {
            var file = Path.Combine(directory, "certificate");
            Write(file, "first.example", pkcs12);
            var server = Start(Application, new HttpTlsOptions { CertificateFile = file, ReloadInterval = TimeSpan.Zero });
            Assert.That(SubjectShown(server, "a"), Is.EqualTo("CN=first.example"));
            Write(file, "second.example", pkcs12);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(5));
            Assert.That(SubjectShown(server, "a"), Is.EqualTo("CN=second.example"));
            File.WriteAllText(file, "-----BEGIN NOTHING-----");
            server.ReloadCertificates();
            Assert.That(SubjectShown(server, "a"), Is.EqualTo("CN=second.example"), "the one that could be read stays");
            Assert.That(Errors, Is.Not.Empty);
            Errors.Clear();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public void AnotherFileOfTheSameTimeIsReadToo([Values] bool inPlace)
    {
        var directory = Directory.CreateTempSubdirectory("fastcore-tls-").FullName;
        try
        {
            var (file, renewed) = (Path.Combine(directory, "certificate"), Path.Combine(directory, "renewed"));
            Write(file, "first.example", pkcs12: false);
            var time = File.GetLastWriteTimeUtc(file);
            var server = Start(Application, new HttpTlsOptions { CertificateFile = file, ReloadInterval = TimeSpan.Zero });
            Assert.That(SubjectShown(server, "a"), Is.EqualTo("CN=first.example"));
            Write(inPlace ? file : renewed, "second.example", pkcs12: false);
            File.SetLastWriteTimeUtc(inPlace ? file : renewed, time);
            if (!inPlace) File.Move(renewed, file, overwrite: true);
            Assert.That(SubjectShown(server, "a"), Is.EqualTo("CN=second.example"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public void WhatIsNotTlsIsSentAway([Values("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\x00\x05hello", "\x16\x03\x01\xFF\xFF")] string bytes)
    {
        var server = Start(Application);
        using var peer = new Peer(server.EndPoint);
        peer.Send(Encoding.Latin1.GetBytes(bytes));
        peer.Socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[1000];
        try
        {
            while (peer.Socket.Receive(buffer) > 0) { }
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
        Until(() => server.Counters.Connections == 0);
        Assert.That(SubjectShown(server, "localhost"), Is.EqualTo("CN=localhost"), "the server goes on");
    }

    [Test]
    public void AHandshakeThatIsNotEndedIsCutOff()
    {
        var server = Start(Application, new HttpTlsOptions { Certificate = Certificate, HandshakeTimeout = TimeSpan.FromMilliseconds(50) });
        using var peer = new Peer(server.EndPoint);
        peer.Send("\x16\x03"u8);
        Until(() => server.Counters.Connections == 0);
    }

    [Test]
    public void ConnectionsThatBreakOffLeaveNothingBehind()
    {
        var server = Start(Application);
        for (var i = 0; i < 20; i++)
        {
            using var socket = new TcpClient();
            socket.Connect(server.EndPoint);
            using var stream = new SslStream(socket.GetStream(), false, static (_, _, _, _) => true);
            stream.AuthenticateAsClient("localhost");
            stream.Write("GET /large HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"u8);
            if (i % 2 == 0) stream.ReadByte();
            socket.Client.LingerState = new LingerOption(i % 3 == 0, 0);
        }
        Until(() => server.Counters.Connections == 0);
    }

    [Test]
    public async Task PlainAndSecureCanBeListenedForTogether()
    {
        var server = Start(Application, new HttpServerOptions { Reactors = 2, MoreEndPoints = [new HttpEndPoint(new IPEndPoint(IPAddress.Loopback, 0), new HttpTlsOptions { Certificate = Certificate })] });
        Assert.That(server.EndPoints, Has.Count.EqualTo(2));
        using var plain = new HttpClient();
        Assert.That(await plain.GetStringAsync($"http://{server.EndPoints[0]}/"), Is.EqualTo("http hello"));
        using var secure = Client(server, SslProtocols.None, ((System.Net.IPEndPoint)server.EndPoints[1]).Port);
        Assert.That(await secure.GetStringAsync("/"), Is.EqualTo("https hello"));
    }

    [Test]
    public void OptionsThatCannotWorkAreRefused()
    {
        using var publicOnly = X509CertificateLoader.LoadCertificate(Certificate.RawData);
        Assert.Multiple(() =>
        {
            Assert.That(() => new HttpServer(new HttpServerOptions { Tls = new HttpTlsOptions() }), Throws.ArgumentException);
            Assert.That(() => new HttpServer(new HttpServerOptions { Tls = new HttpTlsOptions { Certificate = publicOnly } }), Throws.ArgumentException);
            Assert.That(() => new HttpServer(new HttpServerOptions { Tls = new HttpTlsOptions { Certificate = Certificate, CertificateFile = "a" } }), Throws.ArgumentException);
            Assert.That(() => new HttpServer(new HttpServerOptions { Tls = new HttpTlsOptions { Certificate = Certificate, KeyFile = "a" } }), Throws.ArgumentException);
            Assert.That(() => new HttpServer(new HttpServerOptions { Tls = new HttpTlsOptions { Certificate = Certificate, HandshakeTimeout = TimeSpan.Zero } }), Throws.InstanceOf<ArgumentException>());
        });
    }

    private HttpServer Start(Action<HttpServer> map) => Start(map, new HttpTlsOptions { Certificate = Certificate });

    private HttpServer Start(Action<HttpServer> map, HttpTlsOptions tls) => Start(map, new HttpServerOptions { Reactors = 1, Tls = tls, LingerTimeout = TimeSpan.FromMilliseconds(100) });

    private static void Application(HttpServer server)
    {
        server.Map(HttpMethod.Get, "/", static context => context.Respond(context.IsHttps ? "https hello" : "http hello"));
        server.Map(HttpMethod.Get, "/large", static context => context.Respond(SmallApplication.Large.AsMemory()));
        server.Map(HttpMethod.Post, "/echo", static context => context.Respond(context.Body));
    }

    private static HttpClient Client(HttpServer server, SslProtocols version, int port = 0) => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true, EnabledSslProtocols = version },
    })
    { BaseAddress = new Uri($"https://localhost:{(port == 0 ? server.EndPoint.Port : port)}/") };

    private static string SubjectShown(HttpServer server, string name)
    {
        using var socket = new TcpClient();
        socket.Connect(server.EndPoint);
        using var stream = new SslStream(socket.GetStream(), false, static (_, _, _, _) => true);
        stream.AuthenticateAsClient(name);
        return stream.RemoteCertificate!.Subject;
    }

    internal static X509Certificate2 Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static void Write(string file, string name, bool pkcs12)
    {
        using var certificate = Make(name);
        if (pkcs12) File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12));
        else File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Sends every byte on its own.</summary>
    private sealed class Dripping(NetworkStream stream) : Stream
    {
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => stream.ReadAsync(buffer, cancellationToken);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++) stream.Write(buffer, offset + i, 1);
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++) await stream.WriteAsync(buffer.Slice(i, 1), cancellationToken);
        }
    }
}
