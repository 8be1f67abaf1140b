using System.Net;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Observing;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>What proxies tell by header fields, and who is believed. The peer of these conversations has no address, and is a proxy.</summary>
internal sealed class ForwardedTests
{
    private static readonly IPNetwork[] Proxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")];

    // The nearest proxy's word is the last.
    [TestCase(1, "X-Forwarded-For: 192.0.2.1", "192.0.2.1:0 False a")]
    [TestCase(1, "X-Forwarded-For: 6.6.6.6, 192.0.2.1", "192.0.2.1:0 False a")]
    [TestCase(3, "X-Forwarded-For: 6.6.6.6, 192.0.2.1", "192.0.2.1:0 False a", Description = "who is not trusted is not asked")]
    [TestCase(3, "X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.0.0.1", "192.0.2.1:0 False a")]
    [TestCase(2, "X-Forwarded-For: 6.6.6.6, 10.0.0.2, 10.0.0.1", "10.0.0.2:0 False a", Description = "no more than so many")]
    [TestCase(3, "X-Forwarded-For: 10.0.0.2, 10.0.0.1", "10.0.0.2:0 False a")]
    [TestCase(3, "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\nX-Forwarded-For: ::ffff:10.0.0.1", "192.0.2.1:0 False a", Description = "over all lines")]
    [TestCase(3, "X-Forwarded-For: 192.0.2.1,, 10.0.0.1,", "192.0.2.1:0 False a")]
    [TestCase(1, "X-Forwarded-For: 192.0.2.1:4711", "192.0.2.1:4711 False a")]
    [TestCase(1, "X-Forwarded-For: 2001:db8::1", "[2001:db8::1]:0 False a")]
    [TestCase(1, "X-Forwarded-For: [2001:db8::1]", "[2001:db8::1]:0 False a")]
    [TestCase(1, "X-Forwarded-For: [2001:db8::1]:80", "[2001:db8::1]:80 False a")]
    [TestCase(3, "X-Forwarded-For: 192.0.2.1, unknown", " False a")]
    [TestCase(1, "X-Forwarded-For: 192.0.2", " False a")]
    [TestCase(1, "X-Forwarded-For: 192.0.2.010", " False a")]
    [TestCase(1, "X-Forwarded-For: 192.0.2.1:", " False a")]
    [TestCase(1, "X-Forwarded-For: 192.0.2.1:65536", " False a")]
    [TestCase(1, "X-Forwarded-For: [192.0.2.1]", " False a")]
    [TestCase(1, "X-Forwarded-For: [2001:db8::1]80", " False a")]
    [TestCase(1, "X-Forwarded-For: fe80::1%eth0", " False a")]
    [TestCase(1, "X-Forwarded-For:", " False a")]
    [TestCase(1, "X-Forwarded-Proto: https\r\nX-Forwarded-Host: example.org:444", " True example.org:444")]
    [TestCase(1, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http, HTTPS", "192.0.2.1:0 True a")]
    [TestCase(2, "X-Forwarded-For: 192.0.2.1, 10.0.0.1\r\nX-Forwarded-Proto: https, http\r\nX-Forwarded-Host: b, c", "192.0.2.1:0 True b")]
    [TestCase(2, "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\nX-Forwarded-Proto: https, http\r\nX-Forwarded-Host: b, c", "192.0.2.1:0 False c")]
    [TestCase(2, "X-Forwarded-For: 192.0.2.1, 10.0.0.1\r\nX-Forwarded-Proto: https", "192.0.2.1:0 True a")]
    [TestCase(1, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: wss\r\nX-Forwarded-Host: a b", "192.0.2.1:0 False a")]
    [TestCase(1, "Forwarded: for=192.0.2.1;proto=https;host=b", " False a", Description = "the other field is nobody's word")]
    public void TheOlderFieldsAreReadFromTheRight(int hops, string fields, string expected) => Expect(ForwardedFields.XForwarded, hops, fields, expected);

    [TestCase(1, "Forwarded: for=192.0.2.1;proto=https;host=example.org;by=10.0.0.1", "192.0.2.1:0 True example.org")]
    [TestCase(1, "Forwarded: For=\"192.0.2.1:4711\" ; Proto=http", "192.0.2.1:4711 False a")]
    [TestCase(1, "Forwarded: for=\"[2001:db8::1]:4711\"", "[2001:db8::1]:4711 False a")]
    [TestCase(1, "Forwarded: for=6.6.6.6, for=192.0.2.1", "192.0.2.1:0 False a")]
    [TestCase(2, "Forwarded: for=6.6.6.6, for=192.0.2.1;proto=https, for=10.0.0.1;proto=http", "192.0.2.1:0 True a")]
    [TestCase(2, "Forwarded: for=192.0.2.1\r\nForwarded: for=\"[fd00::1]\"", "192.0.2.1:0 False a")]
    [TestCase(1, "Forwarded: for=x;host=\"a,b;c\", for=192.0.2.1", "192.0.2.1:0 False a")]
    [TestCase(1, "Forwarded: for=\"x\\\", for=192.0.2.1\"", " False a", Description = "an escaped quote ends nothing")]
    [TestCase(1, "Forwarded: for=\"6.6.6.6, for=192.0.2.1", " False a", Description = "a quote has no end")]
    [TestCase(2, "Forwarded: for=192.0.2.1, for=_hidden;proto=https", " True a")]
    [TestCase(1, "Forwarded: for=unknown;proto=https", " True a")]
    [TestCase(1, "Forwarded: for=192.0.2.1;for=192.0.2.2", " False a")]
    [TestCase(1, "Forwarded: for=192.0.2.1;;proto=https", " False a")]
    [TestCase(1, "Forwarded: for", " False a")]
    [TestCase(1, "Forwarded: for=", " False a")]
    [TestCase(1, "Forwarded: =192.0.2.1", " False a")]
    [TestCase(1, "Forwarded: for=2001:db8::1", " False a", Description = "not without quotes")]
    [TestCase(1, "X-Forwarded-For: 192.0.2.1", " False a", Description = "the other field is nobody's word")]
    public void TheStandardsFieldIsReadFromTheRight(int hops, string fields, string expected) => Expect(ForwardedFields.Forwarded, hops, fields, expected);

    [Test]
    public void NobodyIsBelievedUnlessToldTo()
    {
        using var client = new Conversation(Map, null, new ServedEndPoint(null, null, isUnix: true));
        Assert.That(client.Ask(Request("X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1")), Does.EndWith("\r\n\r\n False a"));
    }

    [Test]
    public void EachRequestIsReadForItself()
    {
        using var client = new Conversation(Map, Options(ForwardedFields.XForwarded, 1), new ServedEndPoint(null, null, isUnix: true));
        Assert.That(client.Ask(Request("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: b")), Does.EndWith("\r\n\r\n192.0.2.1:0 False b"));
        Assert.That(client.Ask(Request("X-Other: 192.0.2.1")), Does.EndWith("\r\n\r\n False a"));
    }

    [TestCase(0)]
    [TestCase(33)]
    public void TheNumberOfHopsHasItsLimits(int hops) =>
        Assert.That(() => new HttpServer(new HttpServerOptions { Forwarded = new ForwardedOptions { From = Proxies, Hops = hops } }), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static void Expect(ForwardedFields kind, int hops, string fields, string expected)
    {
        using var client = new Conversation(Map, Options(kind, hops), new ServedEndPoint(null, null, isUnix: true));
        Assert.That(client.Ask(Request(fields)), Does.EndWith($"\r\n\r\n{expected}"));
    }

    private static HttpServerOptions Options(ForwardedFields kind, int hops) => new() { Forwarded = new ForwardedOptions { From = Proxies, Fields = kind, Hops = hops } };

    private static string Request(string fields) => $"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n";

    internal static void Map(HttpServer server) =>
        server.Map(HttpMethod.Get, "/", static context => context.Respond($"{context.RemoteEndPoint} {context.IsHttps} {Encoding.ASCII.GetString(context.Host)}"));
}

/// <summary>The same over sockets.</summary>
internal sealed class ForwardedServerTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Told = "GET /{0} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n";

    [Test]
    public void APeerIsBelievedIfItIsTrusted([Values] bool isTrusted, [Values("", "offloaded")] string path)
    {
        var output = new MemoryStream();
        using (var log = new HttpAccessLog(output))
        {
            var server = Start(
                static server =>
                {
                    ForwardedTests.Map(server);
                    server.MapOffloaded(HttpMethod.Get, "/offloaded", static context => context.Respond($"{context.RemoteEndPoint} {context.IsHttps} {Encoding.ASCII.GetString(context.Host)}"));
                },
                new HttpServerOptions { Reactors = 1, Observers = [log], Forwarded = new ForwardedOptions { From = [IPNetwork.Parse(isTrusted ? "127.0.0.1/32" : "10.0.0.0/8")] } });
            using var client = new HttpPeer(server);
            var expected = isTrusted ? "192.0.2.1:0 True a" : $"{client.Peer.Socket.LocalEndPoint} False a";
            for (var i = 0; i < 2; i++) Assert.That(client.Ask(string.Format(null, Told, path)), Is.EqualTo((200, expected)));
            Assert.That(client.Ask("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n oh\r\n\r\n").Status, Is.EqualTo(400), "and what can't be read is nobody's word");
            server.Dispose();
        }
        var lines = Encoding.ASCII.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0]);
        var logged = isTrusted ? "192.0.2.1" : "127.0.0.1";
        Assert.That(lines, Is.EqualTo((string[])[logged, logged, "127.0.0.1"]));
    }
}
