using System.Net.WebSockets;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>Connections that go over to another protocol, from the client's side, on every engine.</summary>
internal sealed class UpgradeClientTests(TransportKind kind) : HttpServerTest(kind)
{
    [Test]
    public async Task ThePlatformsWebSocketConnectsThroughTheHandler([Values] bool isSecure)
    {
        var server = Start(MapSocket, isSecure ? new HttpServerOptions { Reactors = 1, Tls = new HttpTlsOptions { Certificate = SelfSigned.Localhost } } : null);
        using var handler = new FastHttpHandler(Options());
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var limit = new CancellationTokenSource(Hang.Milliseconds);
        using (var client = new ClientWebSocket())
        {
            client.Options.AddSubProtocol("echo");
            await client.ConnectAsync(new Uri($"{(isSecure ? "wss" : "ws")}://localhost:{server.EndPoint.Port}/socket"), invoker, limit.Token);
            Assert.That(client.SubProtocol, Is.EqualTo("echo"));
            foreach (var length in (int[])[0, 1, 126, 65_536, 1_000_000])
            {
                var message = Encoding.ASCII.GetBytes(new string((char)('a' + length % 26), length));
                await client.SendAsync(message, WebSocketMessageType.Binary, true, limit.Token);
                var all = new MemoryStream();
                var buffer = new byte[16 * 1024];
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await client.ReceiveAsync(buffer.AsMemory(), limit.Token);
                    all.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                Assert.That(all.ToArray().AsSpan().SequenceEqual(message), $"{length} bytes");
            }
            await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", limit.Token);
            Assert.That(client.CloseStatusDescription, Is.EqualTo("seen"));
        }
        await handler.Pool.DisposeAsync();
        Assert.That(ClientConversation.Left(handler.Pool), Is.EqualTo((0, 0, 0, 0, 0)), "left in the pool");
    }

    [Test]
    public async Task EachDirectionEndsByItself([Values] bool isSecure)
    {
        // Answers with what it has been sent once that has ended.
        var server = Start(
            static server => server.MapAsync(HttpMethod.Get, "/", static async context =>
            {
                await using var stream = await context.UpgradeAsync("letters");
                var all = new MemoryStream();
                await stream.CopyToAsync(all);
                await stream.WriteAsync(all.ToArray());
                ((IHalfClosable)stream).CompleteWrites();
                Assert.That(await stream.ReadAsync(new byte[1]), Is.Zero);
            }),
            isSecure ? new HttpServerOptions { Reactors = 1, Tls = new HttpTlsOptions { Certificate = SelfSigned.Localhost } } : null);
        await using var pool = new HttpConnectionPool(Options());
        var request = ClientConversation.Get();
        request.AddHeader("Connection", "Upgrade");
        request.AddHeader("Upgrade", "letters");
        using var response = await pool.GetHost($"{(isSecure ? "https" : "http")}://localhost:{server.EndPoint.Port}").SendAsync(request);
        Assert.That(((int)response.Status, response.IsUpgraded), Is.EqualTo((101, true)));
        await using var connection = response.UpgradedStream;
        for (var i = 0; i < 100; i++) await connection.WriteAsync(new byte[10_000]);
        ((IHalfClosable)connection).CompleteWrites();
        Assert.That(async () => await connection.WriteAsync(new byte[1]), Throws.InvalidOperationException);
        var back = new MemoryStream();
        await connection.CopyToAsync(back);
        Assert.That(back.Length, Is.EqualTo(1_000_000));
    }

    [Test]
    public async Task AReadThatWaitsEndsWithTheStream()
    {
        var server = Start(static server => server.MapAsync(HttpMethod.Get, "/", static async context =>
        {
            await using var stream = await context.UpgradeAsync("letters");
            Assert.That(await stream.ReadAsync(new byte[1]), Is.Zero, "the client ends in order");
        }));
        await using var pool = new HttpConnectionPool(Options());
        var request = ClientConversation.Get();
        request.AddHeader("Connection", "Upgrade");
        request.AddHeader("Upgrade", "letters");
        var response = await pool.GetHost($"http://{server.EndPoint}").SendAsync(request);
        var connection = response.UpgradedStream;
        var read = connection.ReadAsync(new byte[1]).AsTask();
        await connection.DisposeAsync();
        Assert.That(async () => await read.WaitAsync(Hang.Patience), Throws.InstanceOf<IOException>());
        Assert.That(async () => await connection.WriteAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
        Until(() => server.Counters.Exchanges == 0);
    }

    private HttpConnectionPoolOptions Options() => new()
    {
        Transport = Kind,
        Tls = new System.Net.Security.SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        RequestTimeout = TimeSpan.FromSeconds(60),
        OnError = (failure, where) =>
        {
            lock (Errors) Errors.Add((failure, where));
        },
    };

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
}
