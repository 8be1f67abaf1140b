using System.Net;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Hosting;
using FastCore.Net.Http;
using FastCore.Net.Tests.Http;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Hosting;

/// <summary>A server takes over from another on the same sockets. Both are in this process here; the sockets go through the kernel all the same.</summary>
[Platform("Linux")]
internal sealed class HandOverTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Get = "GET /who HTTP/1.1\r\nHost: a\r\n\r\n";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private string _folder = null!;

    private string Offer => Path.Combine(_folder, "offer");

    private UnixDomainSocketEndPoint Unix => new(Path.Combine(_folder, "http"));

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-over-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(1, 1)]
    [TestCase(2, 1)]
    [TestCase(1, 3)]
    public async Task NoRequestFailsWhileServersTakeOverFromEachOther(int oldReactors, int newReactors)
    {
        // All of the platform's sockets in a process share one epoll set, where a closed socket that lives on in another stays. Between
        // processes, as the end-to-end tests have it, there is nothing to share.
        if (Kind == TransportKind.Portable) Assert.Ignore("The platform can't have a socket twice in one process.");
        const int HandOvers = 4;
        var current = StartNamed("0", new HttpServerOptions { Reactors = oldReactors, MoreEndPoints = [new HttpEndPoint(Unix)] });
        var address = current.EndPoint;
        using var end = new CancellationTokenSource();
        var counts = new int[HandOvers + 1];
        Task[] load =
        [
            .. Enumerable.Range(0, 2).Select(_ => Load(() => new Peer(address), keepAlive: true, counts, end.Token)),
            Load(() => new Peer(address), keepAlive: false, counts, end.Token),
            Load(() => new Peer(Unix), keepAlive: true, counts, end.Token),
            Load(() => new Peer(Unix), keepAlive: false, counts, end.Token),
        ];
        for (var i = 1; i <= HandOvers; i++)
        {
            var old = current;
            var taken = new TaskCompletionSource();
            using var giver = SocketGiver.Start(Offer, old, taken.SetResult);
            using var taker = SocketTaker.Connect(Offer)!;
            Assert.That(taker.Sockets, Has.Count.EqualTo(old.Sockets.Count));
            current = StartNamed($"{i}", new HttpServerOptions { Reactors = i % 2 == 1 ? newReactors : oldReactors, EndPoint = null, MoreEndPoints = HttpEndPoint.Inherit(taker.Sockets) });
            Assert.That(current.EndPoints.Select(static endPoint => endPoint.ToString()), Is.EqualTo(new[] { address.ToString(), Unix.ToString() }));
            taker.Finish(current);
            await taken.Task.WaitAsync(Hang.Patience);
            await old.RetireAsync(Grace, Grace);
            // Some load on the new one, before it hands over in its turn.
            var before = Volatile.Read(ref counts[i]);
            Until(() => Volatile.Read(ref counts[i]) >= before + 20 || load.Any(static task => task.IsFaulted));
        }
        end.Cancel();
        await Task.WhenAll(load);
        Assert.That(counts, Is.All.Positive);
        Assert.That(File.Exists(Unix.ToString()), Is.True, "The last one has it.");
        current.Dispose();
        Assert.That(File.Exists(Unix.ToString()), Is.False);
    }

    [Test]
    public void WhoAsksAndGoesChangesNothing()
    {
        var server = StartNamed("old");
        using var giver = SocketGiver.Start(Offer, server, static () => Assert.Fail("Nobody serves."));
        for (var i = 0; i < 3; i++)
        {
            using var taker = SocketTaker.Connect(Offer)!;
            Assert.That(taker.Sockets, Has.Count.EqualTo(1));
        }
        using (var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            other.Connect(new UnixDomainSocketEndPoint(Offer));
            other.Send("GET / HTTP/1.1\r\n\r\n"u8);
        }
        using var client = new HttpPeer(server);
        Assert.That(client.Ask(Get).Body, Is.EqualTo("old"));
        using (SocketTaker.Connect(Offer)) { }
    }

    [Test]
    public void ANewServerThatCannotStartLeavesTheOldOneItsFile()
    {
        var server = StartNamed("old", new HttpServerOptions { Reactors = 1, EndPoint = null, MoreEndPoints = [new HttpEndPoint(Unix)] });
        using var giver = SocketGiver.Start(Offer, server, static () => Assert.Fail("Nobody serves."));
        using (var taker = SocketTaker.Connect(Offer)!)
        {
            var inUse = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            inUse.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            inUse.Listen();
            using (inUse)
            {
                Assert.That(() => StartNamed("new", new HttpServerOptions { Reactors = 1, EndPoint = null, MoreEndPoints = [.. HttpEndPoint.Inherit(taker.Sockets), new HttpEndPoint(inUse.LocalEndPoint!)] }), Throws.InstanceOf<SocketException>());
            }
        }
        using var client = new HttpPeer(Unix);
        Assert.That(client.Ask(Get).Body, Is.EqualTo("old"));
    }

    [Test]
    public void NobodyThereIsNoFailure()
    {
        Assert.That(SocketTaker.Connect(Offer), Is.Null);
        var elsewhere = Path.Combine(_folder, "elsewhere");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(elsewhere));
            File.Move(elsewhere, Offer);
        }
        Assert.That(SocketTaker.Connect(Offer), Is.Null);
    }

    [Test]
    public void SomebodyElseIsTold()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Offer));
        other.Listen();
        var answering = Task.Run(() =>
        {
            using var client = other.Accept();
            client.Send("HTTP/1.1 400 Bad Request\r\n"u8);
        });
        Assert.That(() => SocketTaker.Connect(Offer), Throws.InvalidOperationException.With.Message.EndsWith("hands no sockets over."));
        answering.GetAwaiter().GetResult();
    }

    [Test]
    public async Task ARetiringServerAnswersOnWhatIsOpenAndAsksForItsEnd()
    {
        var server = StartNamed("old");
        using var idle = new HttpPeer(server);
        Assert.That(idle.Ask(Get).Body, Is.EqualTo("old"));
        var retired = server.RetireAsync(Hang.Patience, Grace);
        // Until it is told on its reactor, it answers as ever.
        var text = "";
        var chunk = new byte[4096];
        while (!text.Contains("Connection: close", StringComparison.Ordinal))
        {
            idle.Send(Get);
            text = Encoding.ASCII.GetString(chunk, 0, idle.Peer.Socket.Receive(chunk));
            Assert.That(text, Does.StartWith("HTTP/1.1 200 ").And.EndWith("old"));
        }
        idle.ExpectEnd();
        await retired;
    }

    private HttpServer StartNamed(string name, HttpServerOptions? options = null) =>
        Start(server => server.Map(HttpMethod.Get, "/who", context => context.Respond(name)), (options ?? new HttpServerOptions { Reactors = 1 }) with { LingerTimeout = TimeSpan.FromMilliseconds(200) });

    /// <summary>Asks for as long as it may; a connection is given up only when an answer says so. Whatever fails, fails the test.</summary>
    private static Task Load(Func<Peer> connect, bool keepAlive, int[] counts, CancellationToken end) => Task.Factory.StartNew(() =>
    {
        var chunk = new byte[4096];
        while (!end.IsCancellationRequested)
        {
            using var peer = connect();
            var goesOn = true;
            while (goesOn && !end.IsCancellationRequested)
            {
                peer.Send(keepAlive ? "GET /who HTTP/1.1\r\nHost: a\r\n\r\n"u8 : "GET /who HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8);
                var text = "";
                while (!text.Contains("\r\n\r\n", StringComparison.Ordinal) || text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    var count = peer.Socket.Receive(chunk);
                    if (count == 0) throw new EndOfStreamException($"A request was not answered: '{text}'");
                    text += Encoding.ASCII.GetString(chunk, 0, count);
                }
                Interlocked.Increment(ref counts[text[^1] - '0']);
                goesOn = !text.Contains("Connection: close", StringComparison.Ordinal);
            }
        }
    }, end, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
