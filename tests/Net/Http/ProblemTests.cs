using System.Net;
using System.Net.Sockets;
using FastCore.Net.Http;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>What would keep a server from starting is found without starting it.</summary>
internal sealed class ProblemTests(TransportKind kind) : HttpServerTest(kind)
{
    private static readonly IPEndPoint Any = new(IPAddress.Loopback, 0);

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-problems-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void AGoodServerHasNoneAndStartsAfterwards()
    {
        var before = OpenDescriptors.Take();
        var server = Checked(new HttpEndPoint(Any), new HttpEndPoint(Any, new HttpTlsOptions { Certificate = TlsTests.Certificate }));
        Assert.That(server.FindProblems(), Is.Empty);
        Assert.That(OpenDescriptors.Since(before), Is.Empty);
        server.Start();
        using (server)
        {
            using var client = new HttpPeer(server);
            Assert.That(client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").Body, Is.EqualTo("hello"));
            Assert.That(server.FindProblems, Throws.InvalidOperationException);
        }
    }

    [Test]
    [Platform("Linux")]
    public void EachIsFoundAtItsAddress()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(Any);
        taken.Listen();
        var file = new UnixDomainSocketEndPoint(Path.Combine(_folder, "file"));
        File.WriteAllText(file.ToString(), "no socket");
        var unix = new UnixDomainSocketEndPoint(Path.Combine(_folder, "http"));
        var bad = new HttpTlsOptions { CertificateFile = Path.Combine(_folder, "none.pem") };
        // Two with one bad certificate: that is told once.
        using var server = Checked(new HttpEndPoint(taken.LocalEndPoint!), new HttpEndPoint(file), new HttpEndPoint(unix), new HttpEndPoint(unix), new HttpEndPoint(Any, bad), new HttpEndPoint(Any, bad));
        var problems = server.FindProblems();
        Assert.That(problems.Select(static problem => (problem.EndPoint?.ToString(), (problem.Cause as SocketException)?.SocketErrorCode)), Is.EqualTo(new (string?, SocketError?)[]
        {
            (taken.LocalEndPoint!.ToString(), SocketError.AddressAlreadyInUse), (file.ToString(), SocketError.AddressAlreadyInUse), (unix.ToString(), SocketError.AddressAlreadyInUse), (Any.ToString(), null),
        }));
        Assert.That(problems[3].Cause.Message, Does.Contain("none.pem"));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { file.ToString() }), "What it made, it has removed.");
    }

    private HttpServer Checked(params HttpEndPoint[] endPoints)
    {
        var server = new HttpServer(new HttpServerOptions { EndPoint = null, MoreEndPoints = endPoints, Reactors = 1, Transport = Kind });
        SmallApplication.Map(server);
        return server;
    }
}
