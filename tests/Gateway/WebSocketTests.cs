using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Forwarding;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;

namespace FastCore.Gateway.Tests;

/// <summary>WebSockets through the gateway, with the platform's client and against upstreams that are ours or raw sockets.</summary>
[TestFixture]
internal sealed class WebSocketTests : GatewayTest
{
    private const string Handshake = "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    private const string Switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n";

    [Test]
    public async Task Messages_go_both_ways_until_the_client_closes()
    {
        var gateway = await StartAsync(Open(Upstream(MapSocket)));
        using var limit = new CancellationTokenSource(Hang.Milliseconds);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("echo");
        await client.ConnectAsync(new Uri($"ws://{gateway.EndPoint}/socket"), limit.Token);
        Assert.That(client.SubProtocol, Is.EqualTo("echo"));
        foreach (var length in (int[])[0, 1, 126, 65_536, 1_000_000])
        {
            var message = Encoding.ASCII.GetBytes(new string((char)('a' + length % 26), length));
            await client.SendAsync(message, WebSocketMessageType.Binary, true, limit.Token);
            Assert.That((await ReceiveAsync(client, limit.Token)).AsSpan().SequenceEqual(message), $"{length} bytes");
        }
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", limit.Token);
        Assert.That(client.CloseStatusDescription, Is.EqualTo("seen"));
        Until(() => CountOf(gateway, Verdict.Forwarded) == 1);
    }

    [Test]
    public async Task A_refused_handshake_is_an_answer_as_any_other()
    {
        var gateway = await StartAsync(Open(Upstream(static server => server.Map(HttpMethod.Get, "/socket", static context => context.Respond(403)))));
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        Assert.That(async () => await client.ConnectAsync(new Uri($"ws://{gateway.EndPoint}/socket"), default), Throws.InstanceOf<WebSocketException>());
        Assert.That(client.HttpStatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Each_direction_ends_by_itself()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = await AskAsync(gateway, Handshake);
        var (connection, head) = await upstream.AcceptAsync();
        using var serving = connection;
        Assert.That(head, Does.Contain("Connection: Upgrade\r\n").And.Contain("Upgrade: websocket\r\n").And.Contain("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"));
        await ScriptedUpstream.SendAsync(connection, Switched + "early");
        Assert.That(await ScriptedUpstream.ReadHeadAsync(client), Does.StartWith("HTTP/1.1 101 ").And.Contain("Sec-WebSocket-Accept: x\r\n"));
        Assert.That(await ReadAsync(client, 5), Is.EqualTo("early"), "what came with the head");
        await ScriptedUpstream.SendAsync(client, "to the upstream");
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadAsync(connection, 15), Is.EqualTo("to the upstream"));
        Assert.That(await connection.ReceiveAsync(new byte[1]), Is.Zero, "the client's end");
        await ScriptedUpstream.SendAsync(connection, "still to the client");
        Assert.That(await ReadAsync(client, 19), Is.EqualTo("still to the client"));
        connection.Shutdown(SocketShutdown.Send);
        Assert.That(await client.ReceiveAsync(new byte[1]), Is.Zero, "the upstream's end");
        Until(() => CountOf(gateway, Verdict.Forwarded) == 1);
    }

    [Test]
    public async Task Whoever_breaks_off_takes_the_other_along([Values] bool client)
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        var asking = await AskAsync(gateway, Handshake);
        var (connection, _) = await upstream.AcceptAsync();
        await ScriptedUpstream.SendAsync(connection, Switched);
        await ScriptedUpstream.ReadHeadAsync(asking);
        var (broken, left) = client ? (asking, connection) : (connection, asking);
        broken.LingerState = new LingerOption(true, 0);
        broken.Dispose();
        await ScriptedUpstream.ExpectEndAsync(left).WaitAsync(Hang.Patience);
        left.Dispose();
        Until(() => CountOf(gateway, client ? Verdict.ClientGone : Verdict.BrokenOff) == 1 && gateway.Routes[0].InFlight.Count == 0);
        Assert.That(gateway.Routes[0].Destinations[0].Failures, Is.Zero, "it says nothing of the upstream");
    }

    [Test]
    public async Task A_slow_reader_holds_back_the_other_side()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = await AskAsync(gateway, Handshake, receiveBuffer: 64 * 1024);
        using var connection = await SwitchAsync(upstream, client, sendBuffer: 8192);
        var most = MostTheKernelHolds() + (8 << 20);
        long sent = 0;
        var sending = Task.Run(async () =>
        {
            var block = new byte[64 * 1024];
            for (; Volatile.Read(ref sent) < 2 * most; Interlocked.Add(ref sent, block.Length)) await connection.SendAsync(block);
            connection.Shutdown(SocketShutdown.Send);
        });
        // Until nothing moves any more.
        var known = UntilStill(() => Volatile.Read(ref sent));
        Assert.That(known, Is.LessThan(most), "the rest is held back where it comes from");
        long received = 0;
        var buffer = new byte[256 * 1024];
        int count;
        while ((count = await client.ReceiveAsync(buffer)) > 0) received += count;
        await sending;
        Assert.That(received, Is.EqualTo(Volatile.Read(ref sent)));
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await connection.ReceiveAsync(buffer), Is.Zero);
    }

    [Test]
    public async Task One_that_carries_nothing_is_ended_in_order()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { Timeouts = new TimeoutSettings { WebSocketIdleSeconds = 0.2 } });
        using var client = await AskAsync(gateway, Handshake);
        using var connection = await SwitchAsync(upstream, client);
        Assert.That(await client.ReceiveAsync(new byte[1]), Is.Zero);
        Assert.That(await connection.ReceiveAsync(new byte[1]), Is.Zero);
        Until(() => CountOf(gateway, Verdict.Forwarded) == 1);
    }

    [Test]
    public async Task Once_one_side_has_ended_a_silent_other_is_ended_too([Values] bool upstreamEnds)
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { Timeouts = new TimeoutSettings { WebSocketGraceSeconds = 0.2 } });
        using var client = await AskAsync(gateway, Handshake);
        using var connection = await SwitchAsync(upstream, client);
        var (first, other) = upstreamEnds ? (connection, client) : (client, connection);
        await ScriptedUpstream.SendAsync(first, "last words");
        first.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadAsync(other, 10), Is.EqualTo("last words"));
        Assert.That(await other.ReceiveAsync(new byte[1]), Is.Zero, "it is told at once");
        Assert.That(await first.ReceiveAsync(new byte[1]).WaitAsync(Hang.Patience), Is.Zero, "the other has not ended, but said nothing");
        Until(() => CountOf(gateway, Verdict.Forwarded) == 1 && gateway.Routes[0].InFlight.Count == 0);
    }

    [Test]
    public async Task What_was_held_back_when_one_side_ended_arrives_whole()
    {
        const int Total = 8 << 20;
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { Timeouts = new TimeoutSettings { WebSocketGraceSeconds = 2 } });
        using var client = await AskAsync(gateway, Handshake, receiveBuffer: 64 * 1024);
        using var connection = await SwitchAsync(upstream, client);
        var sending = Task.Run(async () =>
        {
            for (var (sent, block) = (0, new byte[64 * 1024]); sent < Total; sent += block.Length) await connection.SendAsync(block);
        });
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await connection.ReceiveAsync(new byte[1]), Is.Zero, "most of the answer is still on its way");
        await ReadAsync(client, Total);
        await sending;
        Assert.That(await client.ReceiveAsync(new byte[1]), Is.Zero, "and then it ends");
        Assert.That(await connection.ReceiveAsync(new byte[1]), Is.Zero);
    }

    [Test]
    public async Task A_reader_that_pauses_is_no_silence([Values] bool endsFirst)
    {
        const int Total = 8 << 20;
        const double GraceSeconds = 2;
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { Timeouts = new TimeoutSettings { WebSocketGraceSeconds = GraceSeconds } });
        using var client = await AskAsync(gateway, Handshake, receiveBuffer: 64 * 1024);
        using var connection = await SwitchAsync(upstream, client, sendBuffer: 8192);
        long sent = 0;
        if (endsFirst) client.Shutdown(SocketShutdown.Send);
        var sending = Task.Run(async () =>
        {
            for (var block = new byte[64 * 1024]; Volatile.Read(ref sent) < Total; Interlocked.Add(ref sent, block.Length)) await connection.SendAsync(block);
        });
        // Until the gateway waits for room, and then for longer than the grace.
        UntilStill(() => Volatile.Read(ref sent));
        if (!endsFirst) client.Shutdown(SocketShutdown.Send);
        Assert.That(await connection.ReceiveAsync(new byte[1]), Is.Zero);
        var pause = Stopwatch.StartNew();
        Until(() => pause.Elapsed > TimeSpan.FromSeconds(1.5 * GraceSeconds));
        await ReadAsync(client, Total);
        await sending;
        Assert.That(await client.ReceiveAsync(new byte[1]), Is.Zero, "then it is silent");
        Assert.That(await connection.ReceiveAsync(new byte[1]), Is.Zero);
    }

    [Test]
    public void After_one_side_has_ended_patience_is_short_and_bounded()
    {
        var time = new ManualTime();
        using var end = new CancellationTokenSource();
        var patience = new UpgradePatience(end, new TimeoutSettings { WebSocketIdleSeconds = 300, WebSocketGraceSeconds = 5 }, time);
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.FromSeconds(300)));
        time.Pass(TimeSpan.FromSeconds(1000));
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.FromSeconds(300)), "for as long as both are open");
        patience.OneSideHasEnded();
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.FromSeconds(5)));
        time.Pass(TimeSpan.FromSeconds(290));
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.FromSeconds(5)), "what still comes renews it");
        patience.Passing();
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.FromSeconds(10)), "a slow reader is no silence");
        time.Pass(TimeSpan.FromSeconds(6));
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.FromSeconds(4)));
        patience.Passed();
        patience.OneSideHasEnded();
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.FromSeconds(4)), "but not for ever");
        time.Pass(TimeSpan.FromSeconds(10));
        Assert.That(patience.Left, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task One_that_sends_on_for_ever_is_ended_all_the_same()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { Timeouts = new TimeoutSettings { WebSocketIdleSeconds = 0.3, WebSocketGraceSeconds = 0.2 } });
        using var client = await AskAsync(gateway, Handshake);
        using var connection = await SwitchAsync(upstream, client);
        connection.Shutdown(SocketShutdown.Send);
        Assert.That(await client.ReceiveAsync(new byte[1]), Is.Zero);
        var reading = ScriptedUpstream.ExpectEndAsync(connection);
        var watch = Stopwatch.StartNew();
        while (!reading.IsCompleted && watch.ElapsedMilliseconds < Hang.Milliseconds)
        {
            try
            {
                await client.SendAsync(new byte[1]);
            }
            catch (SocketException)
            {
                break;
            }
        }
        await reading.WaitAsync(Hang.Patience);
        Until(() => CountOf(gateway, Verdict.Forwarded) == 1);
    }

    [Test]
    public async Task A_stop_ends_them()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = await AskAsync(gateway, Handshake);
        using var connection = await SwitchAsync(upstream, client);
        var end = EndGatewaysAsync();
        Assert.That(await client.ReceiveAsync(new byte[1]), Is.Zero);
        Assert.That(await connection.ReceiveAsync(new byte[1]), Is.Zero);
        client.Dispose();
        connection.Dispose();
        await end.WaitAsync(Hang.Patience);
    }

    [TestCase("h2c", true, TestName = "Another protocol is not passed on")]
    [TestCase("websocket", false, TestName = "A route may pass none on")]
    public async Task What_is_not_passed_on_is_asked_for_as_an_ordinary_request(string protocol, bool webSockets)
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address) with { WebSockets = webSockets });
        using var client = await AskAsync(gateway, Handshake.Replace("websocket", protocol, StringComparison.Ordinal));
        var (connection, head) = await upstream.AcceptAsync();
        using var serving = connection;
        Assert.That(head, Does.Not.Contain("Upgrade:").And.Not.Contain("Connection:"));
        // It was not asked for, so it is no answer.
        await ScriptedUpstream.SendAsync(connection, Switched);
        Assert.That(await ScriptedUpstream.ReadHeadAsync(client), Does.StartWith("HTTP/1.1 502 "));
    }

    [Test]
    public async Task An_upstream_that_goes_over_to_something_else_is_refused()
    {
        using var upstream = new ScriptedUpstream();
        var gateway = await StartAsync(Open(upstream.Address));
        using var client = await AskAsync(gateway, Handshake);
        var (connection, _) = await upstream.AcceptAsync();
        using var serving = connection;
        await ScriptedUpstream.SendAsync(connection, Switched.Replace("websocket", "tunnel", StringComparison.Ordinal));
        Assert.That(await ScriptedUpstream.ReadHeadAsync(client), Does.StartWith("HTTP/1.1 502 "));
        await ScriptedUpstream.ExpectEndAsync(connection);
    }

    private static void MapSocket(HttpServer server) => server.MapAsync(HttpMethod.Get, "/socket", static async context =>
    {
        using var socket = await context.AcceptWebSocketAsync(new WebSocketCreationOptions { SubProtocol = "echo" });
        var buffer = new byte[10_000];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), default);
            if (part.MessageType == WebSocketMessageType.Close) break;
            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, default);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "seen", default);
    });

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket client, CancellationToken limit)
    {
        var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await client.ReceiveAsync(buffer.AsMemory(), limit);
            all.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return all.ToArray();
        }
    }

    private static async Task<Socket> AskAsync(Gateway gateway, string request, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
        await socket.ConnectAsync(gateway.EndPoint);
        await ScriptedUpstream.SendAsync(socket, request);
        return socket;
    }

    /// <summary>The upstream's end of a connection that it has switched.</summary>
    private static async Task<Socket> SwitchAsync(ScriptedUpstream upstream, Socket client, int? sendBuffer = null)
    {
        var (connection, _) = await upstream.AcceptAsync();
        if (sendBuffer is { } size) connection.SendBufferSize = size;
        await ScriptedUpstream.SendAsync(connection, Switched);
        await ScriptedUpstream.ReadHeadAsync(client);
        return connection;
    }

    /// <summary>The bytes that the kernel buffers at most for a gateway between two sockets: what has come, 6 or 32 MiB by the kernel's version, and 4 MiB of what is to go (tcp(7)).</summary>
    private static long MostTheKernelHolds()
    {
        static long Largest(string setting) => long.Parse(File.ReadAllText($"/proc/sys/net/ipv4/{setting}").Split('\t')[2], CultureInfo.InvariantCulture);
        return Largest("tcp_rmem") + Largest("tcp_wmem");
    }

    /// <summary>Waits until a count does not grow any more.</summary>
    private static long UntilStill(Func<long> count)
    {
        long known = 0;
        var still = Stopwatch.StartNew();
        Until(() =>
        {
            var now = count();
            if (now != known) still.Restart();
            known = now;
            return still.Elapsed > TimeSpan.FromMilliseconds(200);
        });
        return known;
    }

    private static async Task<string> ReadAsync(Socket connection, int length)
    {
        var bytes = new byte[length];
        for (var count = 0; count < length;)
        {
            var read = await connection.ReceiveAsync(bytes.AsMemory(count));
            if (read == 0) throw new EndOfStreamException($"It ended after {count} bytes.");
            count += read;
        }
        return Encoding.ASCII.GetString(bytes);
    }
}
