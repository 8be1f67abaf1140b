using System.Net.Sockets;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;

namespace FastCore.Gateway.Tests;

/// <summary>Bodies pass as they come, both ways, and an end that comes too early is seen on the other side.</summary>
[TestFixture]
internal sealed class BodyTests : GatewayTest
{
    private const int Large = 3_000_000;

    private static readonly byte[] Bytes = [.. Enumerable.Range(0, Large).Select(static i => (byte)(i * 31 >> 3))];

    private static void MapMirror(HttpServer server) => server.MapAsync(HttpMethod.Post, "/mirror", static async context =>
    {
        var body = context.StartResponse(200, "application/octet-stream", context.ContentLength);
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await context.ReadBodyAsync(buffer)) > 0) await body.WriteAsync(buffer.AsMemory(0, count));
    });

    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(Large, true)]
    [TestCase(0, false)]
    [TestCase(1, false)]
    [TestCase(Large, false)]
    public async Task A_body_goes_there_and_back(int length, bool hasLength)
    {
        var gateway = await StartAsync(Open(Upstream(MapMirror)));
        HttpContent content = hasLength ? new ByteArrayContent(Bytes, 0, length) : new StreamContent(new Endless(new MemoryStream(Bytes, 0, length)));
        using var response = await SendAsync(gateway, HttpMethod.Post, "/mirror", content);
        // What came whole before it was passed on is given a length, whatever it came with.
        Assert.That(((int)response.StatusCode, response.Content.Headers.ContentLength), Is.EqualTo((200, hasLength || length < Large ? length : (long?)null)));
        Assert.That((await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(Bytes.AsSpan(0, length)));
    }

    [Test]
    public async Task A_body_too_large_is_refused()
    {
        var gateway = await StartAsync(new Configuration.GatewayConfiguration { MaxBody = 1000, Routes = [Open(Upstream(MapMirror))] });
        using var response = await SendAsync(gateway, HttpMethod.Post, "/mirror", new ByteArrayContent(Bytes, 0, 1001));
        Assert.That((int)response.StatusCode, Is.EqualTo(413));
    }

    [Test]
    public async Task A_malformed_body_is_the_clients_fault()
    {
        var gateway = await StartAsync(Open(Upstream(MapMirror)));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("POST /mirror HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nxyz\r\n");
        // The mirror has begun to answer, so the end alone can tell; else the status does.
        Until(() => CountOf(gateway, Verdict.BadRequest) + CountOf(gateway, Verdict.BrokenOff) == 1);
        Assert.That(gateway.Routes[0].InFlight.Count, Is.Zero);
    }

    [Test]
    public async Task Trailers_come_to_who_wants_them()
    {
        var gateway = await StartAsync(Open(Upstream(static server => server.MapAsync(HttpMethod.Get, "/", static async context =>
        {
            var body = context.StartResponse();
            await body.WriteAsync("hi"u8.ToArray());
            body.AddTrailer("X-Sum"u8, "7"u8);
        }))));
        using var wanted = await GetAsync(gateway, "/", ("TE", "trailers"));
        Assert.That(await wanted.Content.ReadAsStringAsync(), Is.EqualTo("hi"));
        Assert.That(wanted.TrailingHeaders.GetValues("X-Sum"), Is.EqualTo((string[])["7"]));
        using var unwanted = await GetAsync(gateway, "/");
        Assert.That(await unwanted.Content.ReadAsStringAsync(), Is.EqualTo("hi"));
        Assert.That(unwanted.TrailingHeaders, Is.Empty);
    }

    [TestCase("Content-Length: 100\r\n\r\nhalf")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n")]
    public async Task An_upstream_that_dies_in_the_middle_of_a_body_is_seen(string rest)
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        var asking = GetAsync(gateway, "/");
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, $"HTTP/1.1 200 OK\r\n{rest}");
        using var response = await asking;
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        connection.Dispose();
        Assert.That(async () => await response.Content.ReadAsStringAsync(), Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<HttpIOException>());
        Until(() => CountOf(gateway, Verdict.BrokenOff) == 1);
        Assert.That(gateway.Routes[0].Destinations[0].Failures, Is.EqualTo(1));
    }

    [Test]
    public async Task An_answer_that_comes_before_the_body_was_read_is_passed_on()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nbeginning");
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
        var (status, _, body) = client.Read();
        Assert.That((status, body), Is.EqualTo((413, "no")));
        connection.Dispose();
    }

    [Test]
    public async Task A_client_that_leaves_before_the_answer_ends_the_upstreams_connection()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        var (connection, _) = await upstream.AcceptAsync();
        client.Reset();
        await ScriptedUpstream.ExpectEndAsync(connection);
        Until(() => CountOf(gateway, Verdict.ClientGone) == 1 && gateway.Routes[0].InFlight.Count == 0);
        Assert.That(gateway.Routes[0].Destinations[0].Failures, Is.Zero, "it is not the upstream's fault");
        connection.Dispose();
    }

    [Test]
    public async Task A_client_that_leaves_in_the_middle_of_an_answer_ends_the_upstreams_connection()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nbeginning");
        Assert.That(client.Socket.Receive(new byte[1000]), Is.Positive);
        client.Reset();
        var end = ScriptedUpstream.ExpectEndAsync(connection);
        await end;
        Until(() => CountOf(gateway, Verdict.ClientGone) == 1 && gateway.Routes[0].InFlight.Count == 0);
        Assert.That(gateway.Routes[0].Destinations[0].Failures, Is.Zero);
        connection.Dispose();
    }

    [Test]
    public async Task A_client_that_leaves_in_the_middle_of_its_body_ends_the_upstreams_connection()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nbeginning");
        var (connection, head) = await upstream.AcceptAsync();
        Assert.That(head, Does.Contain("Content-Length: 1000"));
        client.Reset();
        await ScriptedUpstream.ExpectEndAsync(connection);
        Until(() => CountOf(gateway, Verdict.ClientGone) == 1 && gateway.Routes[0].InFlight.Count == 0);
        connection.Dispose();
    }

    [Test]
    public async Task A_slow_client_holds_the_upstream_back()
    {
        const int Huge = 200_000_000;
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = new RawClient(gateway.EndPoint);
        client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, $"HTTP/1.1 200 OK\r\nContent-Length: {Huge}\r\n\r\n");
        connection.Blocking = false;
        var block = new byte[64 * 1024];
        long sent = 0;
        // The client reads nothing: what the three sockets on the way and the gateway hold is all that fits.
        Assert.That(SpinWait.SpinUntil(() => IsFull(), Hang.Milliseconds), "It took everything.");
        Assert.That(sent, Is.LessThan(Huge / 4));
        client.Reset();
        connection.Blocking = true;
        await ScriptedUpstream.ExpectEndAsync(connection);
        connection.Dispose();

        bool IsFull()
        {
            while (sent < Huge)
            {
                var count = connection.Send(block, SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                {
                    // Full for half a second is full.
                    if (!connection.Poll(500_000, SelectMode.SelectWrite)) return true;
                    continue;
                }
                sent += count;
            }
            return false;
        }
    }

    /// <summary>A stream whose length is not known.</summary>
    private sealed class Endless(Stream inner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
        public override void Flush() => inner.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
