using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastCore.Net.Diagnostics;
using FastCore.Net.Hosting;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;
using FastCore.Net.Tests.Http;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Hosting;

/// <summary>A process that is started while a server runs gets none of its descriptors.</summary>
[Platform("Linux")]
internal sealed class InheritanceTests(TransportKind kind) : HttpServerTest(kind)
{
    [Test]
    public async Task NothingOfAServerIsInherited()
    {
        var folder = Directory.CreateTempSubdirectory("fastcore-exec-").FullName;
        var before = InheritedByAChild();
        try
        {
            var unix = new UnixDomainSocketEndPoint(Path.Combine(folder, "http"));
            var server = Start(options: new HttpServerOptions
            {
                Reactors = 2,
                MoreEndPoints = [new HttpEndPoint(unix), new HttpEndPoint(new IPEndPoint(IPAddress.Loopback, 0), new HttpTlsOptions { Certificate = TlsTests.Certificate })],
            });
            using var control = ControlServer.Start(Path.Combine(folder, "control"));
            using var giver = SocketGiver.Start(Path.Combine(folder, "offer"), server, static () => { });
            using var taker = SocketTaker.Connect(Path.Combine(folder, "offer"))!;
            var pool = new HttpConnectionPool(new HttpConnectionPoolOptions { Reactors = 1, Transport = Kind });
            await using (pool)
            {
                // Connections at both ends, accepted and opened.
                using (var response = await pool.GetHost($"http://{server.EndPoint}").FetchAsync(new HttpClientRequest(HttpMethod.Get, "/"))) Assert.That((int)response.Status, Is.EqualTo(200));
                using (var response = await pool.GetHost(new Uri("http://a/"), unix).FetchAsync(new HttpClientRequest(HttpMethod.Get, "/"))) Assert.That((int)response.Status, Is.EqualTo(200));
                Assert.That(InheritedByAChild().Except(before), Is.Empty);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What a child sees of sockets, rings, event and epoll descriptors; its pipes are its own.</summary>
    private static string[] InheritedByAChild()
    {
        using var child = Process.Start(new ProcessStartInfo("/bin/ls", ["-l", "/proc/self/fd"]) { RedirectStandardOutput = true })!;
        var lines = child.StandardOutput.ReadToEnd().Split('\n');
        child.WaitForExit();
        Assert.That(lines, Has.Length.GreaterThan(3), "It lists at least its own.");
        return [.. lines.Where(static line => line.Contains("socket:", StringComparison.Ordinal) || line.Contains("anon_inode:", StringComparison.Ordinal)).Select(static line => line[line.LastIndexOf("-> ", StringComparison.Ordinal)..])];
    }
}
