using System.Net;
using System.Net.Sockets;
using System.Text;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Routing;

namespace FastCore.Gateway.Tests;

/// <summary>What reaches the upstream, and what comes back.</summary>
[TestFixture]
internal sealed class ForwardingTests : GatewayTest
{
    [Test]
    public async Task A_request_reaches_its_route_with_its_query()
    {
        var gateway = await StartAsync(Open(Upstream(MapEcho)));
        Assert.That((await AskAsync(gateway, "/a/b?c=d&e")).Body, Does.StartWith("/a/b?c=d&e\n"));
        Assert.That((await AskAsync(gateway, "/")).Body, Does.StartWith("/?\n"));
        Assert.That(CountOf(gateway, Verdict.Forwarded), Is.EqualTo(2));
    }

    [TestCase("/api", "/")]
    [TestCase("/api/", "/")]
    [TestCase("/api?x=y", "/")]
    [TestCase("/api/orders/1", "/orders/1")]
    public async Task A_prefix_is_cut_off(string path, string expected)
    {
        var gateway = await StartAsync(Open(Upstream(MapEcho)) with { Path = "/api/{**rest}", StripPrefix = "/api" });
        Assert.That((await AskAsync(gateway, path)).Body, Does.StartWith($"{expected}?{(path.Contains('?') ? "x=y" : "")}\n"));
        Assert.That((await AskAsync(gateway, "/other")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Fields_of_the_hop_stay_behind()
    {
        var gateway = await StartAsync(Open(Upstream(MapEcho)));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nUpgrade: x\r\nProxy-Authorization: secret\r\nProxy-Connection: keep-alive\r\nX-Kept: 2\r\nVia: 1.0 before\r\n\r\n");
        var body = client.Read().Body;
        Assert.That(body.Split('\n').Select(static line => line.Split(':')[0]), Is.SupersetOf((string[])["X-Kept", "Via", "Host"]));
        Assert.That(body, Does.Not.Contain("Mine").And.Not.Contain("Keep-Alive").And.Not.Contain("TE:").And.Not.Contain("Upgrade").And.Not.Contain("secret").And.Not.Contain("Proxy-").And.Not.Contain("Connection"));
        Assert.That(body, Does.Contain("Via: 1.0 before\nX-Forwarded-For").Or.Contain("Via: 1.0 before\n").And.Contain("Via: 1.1 fastcore-gateway\n"));
    }

    [Test]
    public async Task What_a_stranger_says_of_himself_is_not_passed_on()
    {
        var gateway = await StartAsync(Open(Upstream(MapEcho)));
        var body = (await AskAsync(gateway, "/", ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=6.6.6.6"), ("Host", "shop.test"))).Body;
        Assert.That(body, Does.Contain("X-Forwarded-For: 127.0.0.1\n").And.Contain("X-Forwarded-Proto: http\n").And.Contain("X-Forwarded-Host: shop.test\n"));
        Assert.That(body, Does.Not.Contain("6.6.6.6").And.Not.Contain("https").And.Not.Contain("\nHost: shop.test"));
    }

    [Test]
    public async Task What_a_trusted_proxy_says_is_added_to()
    {
        var gateway = await StartAsync(new GatewayConfiguration { TrustedProxies = ["127.0.0.0/8"], Routes = [Open(Upstream(MapEcho)) with { PreserveHost = true }] });
        var body = (await AskAsync(gateway, "/", ("X-Forwarded-For", "9.9.9.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.test"), ("Host", "inner.test"))).Body;
        Assert.That(body, Does.Contain("X-Forwarded-For: 9.9.9.9\n").And.Contain("X-Forwarded-For: 127.0.0.1\n"));
        Assert.That(body, Does.Contain("X-Forwarded-Proto: https\n").And.Contain("X-Forwarded-Host: shop.test\n").And.Contain("\nHost: inner.test\n"));
        Assert.That(body, Does.Not.Contain("Proto: http\n"));
    }

    [TestCase("/open/../private")]
    [TestCase("/open/%2e%2e/private")]
    [TestCase("/open//private")]
    public async Task A_path_with_two_readings_is_refused(string path)
    {
        var gateway = await StartAsync(Open(Upstream(MapEcho)));
        Assert.That((await AskAsync(gateway, path)).Status, Is.EqualTo(400));
        Assert.That(CountOf(gateway, Verdict.BadRequest), Is.EqualTo(1));
    }

    [Test]
    public async Task A_response_comes_back_without_the_fields_of_its_hop()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        var asking = GetAsync(gateway, "/");
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 203 Fine\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\nContent-Type: text/x;\tcharset=utf-8\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nhi");
        using var response = await asking;
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(203));
            Assert.That(response.Headers.Select(static field => field.Key), Is.EquivalentTo((string[])["Date", "Set-Cookie", "Via"]));
            Assert.That(response.Headers.GetValues("Set-Cookie"), Is.EqualTo((string[])["a=1", "b=2"]));
            Assert.That(response.Content.Headers.GetValues("Content-Type").Single(), Is.EqualTo("text/x; charset=utf-8"));
        });
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("hi"));
        connection.Dispose();
    }

    [Test]
    public async Task Head_and_statuses_without_content_have_none()
    {
        var gateway = await StartAsync(Open(Upstream(static server =>
        {
            server.Map(HttpMethod.Get, "/text", static context => context.Respond("four"));
            server.Map(HttpMethod.Get, "/none", static context => context.Respond(204));
            server.Map(HttpMethod.Get, "/same", static context =>
            {
                context.AddHeader("ETag", "\"1\"");
                context.Respond(304);
            });
        })));
        using var head = await SendAsync(gateway, HttpMethod.Head, "/text", null);
        using var none = await GetAsync(gateway, "/none");
        using var same = await GetAsync(gateway, "/same");
        Assert.Multiple(() =>
        {
            Assert.That(((int)head.StatusCode, head.Content.Headers.ContentLength), Is.EqualTo((200, (long?)4)));
            Assert.That((int)none.StatusCode, Is.EqualTo(204));
            Assert.That(((int)same.StatusCode, same.Headers.ETag!.Tag), Is.EqualTo((304, "\"1\"")));
        });
    }

    [Test]
    public async Task The_connection_to_the_upstream_is_kept()
    {
        var gateway = await StartAsync(Open(Upstream(MapEcho)));
        for (var i = 0; i < 20; i++) Assert.That((await AskAsync(gateway, $"/{i}")).Status, Is.EqualTo(200));
        // The client's own connection may have come to either reactor.
        Assert.That(gateway.Routes[0].Connections.Connects, Is.LessThanOrEqualTo(Environment.ProcessorCount));
    }

    [Test]
    public async Task Options_with_no_forwards_left_are_answered_here()
    {
        var asked = 0;
        var gateway = await StartAsync(Open(Upstream(server => server.Map(HttpMethod.Options, "/{**rest}", context =>
        {
            asked++;
            context.TryGetHeader("Max-Forwards"u8, out var left);
            context.Respond(200, left);
        }))));
        using var here = await SendAsync(gateway, HttpMethod.Options, "/", null, ("Max-Forwards", "0"));
        Assert.That(((int)here.StatusCode, asked), Is.EqualTo((204, 0)));
        Assert.That(here.Content.Headers.Allow, Does.Contain("PATCH"));
        using var there = await SendAsync(gateway, HttpMethod.Options, "/", null, ("Max-Forwards", "3"));
        Assert.That((await there.Content.ReadAsStringAsync(), asked), Is.EqualTo(("2", 1)));
        using var wrong = await SendAsync(gateway, HttpMethod.Options, "/", null, ("Max-Forwards", "x"));
        Assert.That((int)wrong.StatusCode, Is.EqualTo(400));
    }

    [Test]
    public async Task Requests_go_round_or_to_who_has_least()
    {
        string Named(string name) => Upstream(server =>
        {
            server.Map(HttpMethod.Get, "/", context => context.Respond(name));
            server.MapAsync(HttpMethod.Get, "/wait", static async context =>
            {
                var gone = new TaskCompletionSource();
                using (context.Aborted.Register(gone.SetResult)) await gone.Task;
            });
        });

        string[] all = [Named("a"), Named("b"), Named("c")];
        var gateway = await StartAsync(
            Open(all) with { Path = "/round/{**rest}", StripPrefix = "/round" },
            Open(all) with { Name = "least", Path = "/least/{**rest}", StripPrefix = "/least", Balance = Balance.LeastRequests });
        var round = new List<string>();
        for (var i = 0; i < 9; i++) round.Add((await AskAsync(gateway, "/round/")).Body);
        Assert.That(round.GroupBy(static name => name).Select(static group => group.Count()), Is.EqualTo((int[])[3, 3, 3]));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("GET /least/wait HTTP/1.1\r\nHost: h\r\n\r\n");
        var destinations = gateway.Routes[1].Destinations;
        Until(() => destinations.Sum(static destination => destination.InFlight) == 1);
        var busy = Array.FindIndex(destinations, static destination => destination.InFlight == 1);
        for (var i = 0; i < 6; i++) Assert.That((await AskAsync(gateway, "/least/")).Body, Is.Not.EqualTo("abc"[busy].ToString()));
        client.Reset();
    }

    [Test]
    public void Routes_that_collide_are_refused()
    {
        var first = Open("http://h:1") with { Path = "/a/{**rest}" };
        var refused = Assert.ThrowsAsync<ConfigurationException>(() => StartAsync(first, first with { Name = "other", Path = "/a" }));
        Assert.That(refused!.Message, Does.Contain("route other").And.Contain("already"));
    }
}

/// <summary>A client that sends bytes, and can leave rudely.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };

    public RawClient(IPEndPoint endPoint) => _socket.Connect(endPoint);

    public Socket Socket => _socket;

    public void Send(string text) => _socket.Send(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads a response with a length.</summary>
    public (int Status, string Head, string Body) Read()
    {
        var received = new StringBuilder();
        var bytes = new byte[64 * 1024];
        int end;
        while ((end = received.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0) Receive();
        var head = received.ToString()[..end];
        var field = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        var length = field < 0 ? 0 : int.Parse(head[(field + 16)..].Split('\r')[0]);
        while (received.Length < end + 4 + length) Receive();
        return (int.Parse(head.AsSpan(9, 3)), head, received.ToString(end + 4, length));

        void Receive()
        {
            var count = _socket.Receive(bytes);
            if (count == 0) throw new EndOfStreamException($"It ended after: {received}");
            received.Append(Encoding.Latin1.GetString(bytes, 0, count));
        }
    }

    /// <summary>Leaves by a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();
}
