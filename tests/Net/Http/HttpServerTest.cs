using System.Net;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>What every test over real sockets stands on: servers that are stopped after the test, and an audit that nothing is left of them.</summary>
[TestFixtureSource(typeof(Transports), nameof(Transports.All))]
internal abstract class HttpServerTest(TransportKind kind)
{
    private readonly List<HttpServer> _servers = [];
    private int _openFiles;

    protected TransportKind Kind { get; } = kind;

    /// <summary>What reached OnError; a test that expects some takes them out.</summary>
    protected List<(Exception Failure, string Where)> Errors { get; } = [];

    [OneTimeSetUp]
    public void IgnoreUnlessAvailable() => Transports.IgnoreUnlessAvailable(Kind);

    [SetUp]
    public void Forget()
    {
        _servers.Clear();
        Errors.Clear();
        _openFiles = OpenFile.Live;
    }

    [TearDown]
    public void Audit()
    {
        foreach (var server in _servers)
        {
            server.Dispose();
            Assert.Multiple(() =>
            {
                Assert.That(server.Counters with { Requests = 0, Refused = 0 }, Is.EqualTo(default(HttpServerCounters)), "left on the server");
                foreach (var counters in server.Reactors.Select(static reactor => reactor.Counters))
                {
                    Assert.That((counters.Connections, counters.Listeners, counters.InFlight, counters.Timers), Is.EqualTo((0, 0, 0, 0)), "left on the reactor");
                    Assert.That((counters.SendBlocks, counters.Pins, counters.Files, counters.StaleCompletions), Is.EqualTo((0, 0, 0, 0L)), "left on the reactor");
                }
            });
        }
        // A handler that outlives its connection lets go of its file when it ends.
        SpinWait.SpinUntil(() => OpenFile.Live == _openFiles, Hang.Milliseconds);
        Assert.That(OpenFile.Live, Is.EqualTo(_openFiles), "files left open");
        lock (Errors) Assert.That(Errors, Is.Empty);
    }

    protected HttpServer Start(Action<HttpServer>? map = null, HttpServerOptions? options = null)
    {
        options ??= new HttpServerOptions { Reactors = 1 };
        var server = new HttpServer(options with
        {
            EndPoint = options.EndPoint is IPEndPoint { Port: 8080 } ? new IPEndPoint(IPAddress.Loopback, 0) : options.EndPoint,
            Transport = Kind,
            OnError = (failure, where) =>
            {
                lock (Errors) Errors.Add((failure, where));
            },
        });
        _servers.Add(server);
        (map ?? SmallApplication.Map)(server);
        server.Start();
        return server;
    }

    protected static void Until(Func<bool> holds) => Assert.That(SpinWait.SpinUntil(holds, Hang.Milliseconds), "It never came to hold.");
}

/// <summary>A client that sends bytes and reads responses, with no idea of HTTP beyond where a response ends.</summary>
internal sealed class HttpPeer(Peer peer) : IDisposable
{
    private readonly Peer _peer = peer;
    private readonly List<byte> _received = [];
    private readonly byte[] _chunk = new byte[64 * 1024];

    public HttpPeer(HttpServer server, int receiveBuffer = 0) : this(new Peer(server.EndPoint, receiveBuffer))
    {
    }

    /// <summary>Over a Unix-domain socket.</summary>
    public HttpPeer(UnixDomainSocketEndPoint remote) : this(new Peer(remote))
    {
    }

    public Peer Peer => _peer;

    public void Send(string text) => _peer.Send(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads a response; returns its first line's status and its body.</summary>
    public (int Status, string Body) Read(bool isHead = false)
    {
        int end;
        while ((end = Text().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0) ReceiveMore();
        var head = Text()[..end];
        var field = head.IndexOf("\r\nContent-Length: ", StringComparison.Ordinal);
        var length = isHead || field < 0 ? 0 : int.Parse(head[(field + 18)..].Split('\r')[0]);
        var total = end + 4 + length;
        while (_received.Count < total) ReceiveMore();
        var body = Encoding.Latin1.GetString([.. _received[(end + 4)..total]]);
        _received.RemoveRange(0, total);
        return (int.Parse(head.AsSpan("HTTP/1.1 ".Length, 3)), body);
    }

    public (int Status, string Body) Ask(string text)
    {
        Send(text);
        return Read();
    }

    /// <summary>There is nothing more, and the server ends the connection.</summary>
    public void ExpectEnd()
    {
        Assert.That(Text(), Is.Empty);
        _peer.ExpectEnd();
    }

    private string Text() => Encoding.Latin1.GetString([.. _received]);

    private void ReceiveMore()
    {
        var count = _peer.Socket.Receive(_chunk);
        if (count == 0) throw new EndOfStreamException($"The server ended the connection after: {Text()}");
        _received.AddRange(_chunk.AsSpan(0, count));
    }

    public void Dispose() => _peer.Dispose();
}
