using System.Net;
using System.Net.Sockets;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>Servers and clients on Unix-domain sockets, and what becomes of the sockets' files.</summary>
[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class UnixSocketTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string _folder = null!;

    private string File => Path.Combine(_folder, "http");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-unix-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void RequestsAreServedAndTheFileGoesWithTheServer([Values(1, 3)] int reactors)
    {
        var server = StartAt(File, reactors: reactors);
        Assert.That(server.EndPoints.Single().ToString(), Is.EqualTo(File));
        Assert.That(() => server.EndPoint, Throws.InvalidOperationException);
        Assert.That(System.IO.File.GetUnixFileMode(File), Is.EqualTo(OwnerOnly));
        // More than a reactor accepts in a turn, all open at once.
        var clients = Enumerable.Range(0, 100).Select(_ => new HttpPeer(new UnixDomainSocketEndPoint(File))).ToArray();
        foreach (var client in clients) client.Send(Get);
        foreach (var client in clients) Assert.That(client.Read(), Is.EqualTo((200, "hello")));
        foreach (var client in clients) client.Dispose();
        server.Dispose();
        Assert.That(System.IO.File.Exists(File), Is.False);
    }

    [Test]
    public void ANameWithoutAFileServesToo()
    {
        var name = $"\0fastcore-{Guid.NewGuid()}";
        StartAt(name);
        using var client = new HttpPeer(new UnixDomainSocketEndPoint(name));
        Assert.That(client.Ask(Get), Is.EqualTo((200, "hello")));
    }

    [Test]
    public void LargeBodiesPassBothWaysAndThePeerHasNoAddress()
    {
        StartAt(File, server => server.MapAsync(HttpMethod.Post, "/", static async context =>
        {
            var length = 0L;
            var buffer = new byte[16 * 1024];
            for (int count; (count = await context.ReadBodyAsync(buffer)) > 0;) length += count;
            Assert.That(context.RemoteEndPoint, Is.Null);
            context.Respond(new string('y', (int)length));
        }));
        using var client = new HttpPeer(new UnixDomainSocketEndPoint(File));
        var sending = Task.Run(() => client.Send($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n{new string('x', 3_000_000)}"));
        Assert.That(client.Read().Body, Has.Length.EqualTo(3_000_000));
        sending.GetAwaiter().GetResult();
    }

    [Test]
    public void OneServerListensOnBothKinds()
    {
        var server = Start(options: new HttpServerOptions { Reactors = 2, MoreEndPoints = [new HttpEndPoint(new UnixDomainSocketEndPoint(File))] });
        using var first = new HttpPeer(server);
        using var second = new HttpPeer(new UnixDomainSocketEndPoint(File));
        Assert.That((first.Ask(Get).Status, second.Ask(Get).Status), Is.EqualTo((200, 200)));
    }

    [Test]
    public void ASocketThatIsLeftOverIsReplaced()
    {
        LeaveSocket();
        StartAt(File);
        using var client = new HttpPeer(new UnixDomainSocketEndPoint(File));
        Assert.That(client.Ask(Get).Status, Is.EqualTo(200));
    }

    [Test]
    public void ASocketThatSomebodyListensOnIsLeftAlone()
    {
        StartAt(File);
        var refused = Assert.Throws<SocketException>(() => StartAt(File))!;
        Assert.That((refused.SocketErrorCode, refused.Message), Is.EqualTo((SocketError.AddressAlreadyInUse, $"Can't listen on {File}: Somebody listens on {File}.")));
        using var client = new HttpPeer(new UnixDomainSocketEndPoint(File));
        Assert.That(client.Ask(Get).Status, Is.EqualTo(200), "the first serves on");
    }

    [Test]
    public void WhatIsNoSocketIsLeftAlone([Values("file", "link", "folder")] string what)
    {
        var other = Path.Combine(_folder, "other");
        if (what == "file") System.IO.File.WriteAllText(File, "mine");
        if (what == "folder") Directory.CreateDirectory(File);
        if (what == "link")
        {
            LeaveSocket();
            System.IO.File.Move(File, other);
            System.IO.File.CreateSymbolicLink(File, other);
        }
        var refused = Assert.Throws<SocketException>(() => StartAt(File))!;
        Assert.That(refused.Message, Does.EndWith("is there and is no socket."));
        Assert.That(Path.Exists(File));
        if (what == "link") Assert.That(Path.Exists(other));
    }

    [Test]
    public void AnothersFileInThePlaceOfOursStays()
    {
        var server = StartAt(File);
        System.IO.File.Delete(File);
        System.IO.File.WriteAllText(File, "mine");
        server.Dispose();
        Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo("mine"));
    }

    [Test]
    public void TheFileHasTheModeAndTheGroupThatAreGiven()
    {
        var mode = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        StartAt(File, unix: new UnixSocketOptions { Mode = mode, Owner = Own("Uid"), Group = Own("Gid") });
        Assert.That(System.IO.File.GetUnixFileMode(File), Is.EqualTo(mode));
    }

    [Test]
    public void AnUnknownOwnerEndsTheStartAndLeavesNothing()
    {
        var refused = Assert.Throws<SocketException>(() => StartAt(File, unix: new UnixSocketOptions { Owner = "nobody-of-that-name" }))!;
        Assert.That(refused.Message, Is.EqualTo("There is no user nobody-of-that-name on this machine."));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty);
    }

    [Test]
    public void WhatDoesNotGoTogetherIsRefused()
    {
        var somewhere = new IPEndPoint(IPAddress.Loopback, 0);
        Assert.That(() => new HttpServer(new HttpServerOptions { EndPoint = null }), Throws.ArgumentException);
        Assert.That(() => new HttpServer(new HttpServerOptions { EndPoint = new DnsEndPoint("localhost", 1) }), Throws.ArgumentException);
        Assert.That(() => new HttpServer(new HttpServerOptions { MoreEndPoints = [new HttpEndPoint(somewhere) { UnixSocket = new UnixSocketOptions() }] }), Throws.ArgumentException);
    }

    [Test]
    public async Task APoolGoesThroughASocket()
    {
        StartAt(File, server => server.Map(HttpMethod.Get, "/", static context => context.Respond(context.Host)));
        var pool = new HttpConnectionPool(new HttpConnectionPoolOptions { Reactors = 1, Transport = Kind });
        await using (pool)
        {
            var host = pool.GetHost(new Uri("http://api.local/"), new UnixDomainSocketEndPoint(File));
            Assert.That(pool.GetHost(new Uri("http://api.local/x"), new UnixDomainSocketEndPoint(File)), Is.SameAs(host));
            Assert.That(pool.GetHost(new Uri("http://api.local/")), Is.Not.SameAs(host));
            for (var i = 0; i < 3; i++)
            {
                using var response = await host.FetchAsync(new HttpClientRequest(HttpMethod.Get, "/"));
                Assert.That(System.Text.Encoding.ASCII.GetString(response.Body), Is.EqualTo("api.local"));
            }
            Assert.That((pool.Statistics.Connects, pool.Statistics.Reuses), Is.EqualTo((1L, 2L)));
            var nobody = pool.GetHost(new Uri("http://api.local/"), new UnixDomainSocketEndPoint(File + "-not"));
            var failure = Assert.ThrowsAsync<HttpRequestException>(async () => await nobody.FetchAsync(new HttpClientRequest(HttpMethod.Get, "/")))!;
            Assert.That(failure.Message, Does.StartWith($"Can't connect to http://api.local/ ({File}-not)"));
        }
    }

    private HttpServer StartAt(string path, Action<HttpServer>? map = null, int reactors = 1, UnixSocketOptions? unix = null) =>
        Start(map, new HttpServerOptions { Reactors = reactors, EndPoint = null, MoreEndPoints = [new HttpEndPoint(new UnixDomainSocketEndPoint(path)) { UnixSocket = unix }] });

    /// <summary>A socket's file without a socket: the platform removes only what is where it was made.</summary>
    private void LeaveSocket()
    {
        var elsewhere = Path.Combine(_folder, "elsewhere");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(elsewhere));
            System.IO.File.Move(elsewhere, File);
        }
        Assert.That(Path.Exists(File));
    }

    private static string Own(string name) =>
        System.IO.File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split('\t')[1];
}
