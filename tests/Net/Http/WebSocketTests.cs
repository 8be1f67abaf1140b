using System.Net.WebSockets;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>WebSockets and streamed responses with the platform's own clients, over every engine, on the reactor and on the scheduler.</summary>
internal sealed class WebSocketTests(TransportKind kind) : HttpServerTest(kind)
{
    [Test]
    public async Task MessagesAreEchoedUntilTheClientCloses([Values] bool onScheduler)
    {
        var server = Start(Map, new HttpServerOptions { Reactors = 1, AsyncHandlersOnScheduler = onScheduler });
        using var limit = new CancellationTokenSource(Hang.Milliseconds);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("chat");
        client.Options.AddSubProtocol("echo");
        await client.ConnectAsync(new Uri($"ws://{server.EndPoint}/socket"), limit.Token);
        Assert.That(client.SubProtocol, Is.EqualTo("echo"));
        foreach (var length in (int[])[0, 1, 125, 126, 65_535, 65_536, 300_000])
        {
            var message = Encoding.ASCII.GetBytes(new string((char)('a' + length % 26), length));
            await client.SendAsync(message, WebSocketMessageType.Text, true, limit.Token);
            Assert.That(await Receive(client, limit.Token), Is.EqualTo(message), $"{length} bytes");
        }
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", limit.Token);
        Assert.That(client.CloseStatusDescription, Is.EqualTo("seen"));
        Until(() => server.Counters.Exchanges == 0);
    }

    [Test]
    public async Task ALargeAnswerIsStreamedToASlowReader([Values] bool onScheduler)
    {
        const int Pieces = 500;
        var server = Start(
            static server => server.MapAsync(HttpMethod.Get, "/", static async context =>
            {
                var body = context.StartResponse();
                for (var i = 0; i < Pieces; i++)
                {
                    Pattern.Fill(body.GetSpan(10_000)[..10_000], i * 10_000L);
                    body.Advance(10_000);
                    await body.FlushAsync();
                }
            }),
            new HttpServerOptions { Reactors = 1, AsyncHandlersOnScheduler = onScheduler });
        using var client = new HttpClient();
        await using var answer = await client.GetStreamAsync(new Uri($"http://{server.EndPoint}/"));
        var buffer = new byte[70_000];
        long received = 0;
        int count;
        while ((count = await answer.ReadAsync(buffer)) > 0)
        {
            Pattern.Verify(buffer.AsSpan(0, count), received);
            received += count;
        }
        Assert.That(received, Is.EqualTo(Pieces * 10_000L));
    }

    [Test]
    public async Task AHandlerHearsThatTheServerStops()
    {
        var server = Start(static server => server.MapAsync(HttpMethod.Get, "/", static async context =>
        {
            var events = context.StartEventStream();
            await events.SendAsync("begun");
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (context.Stopping.UnsafeRegister(_ => stopped.SetResult(), null)) await stopped.Task;
            await events.SendAsync("stopping");
        }));
        using var client = new HttpClient();
        using var answer = new StreamReader(await client.GetStreamAsync(new Uri($"http://{server.EndPoint}/")));
        Assert.That(await answer.ReadLineAsync(), Is.EqualTo("data: begun"));
        var stop = server.StopAsync(Hang.Patience);
        Assert.That(await answer.ReadToEndAsync(), Does.Contain("data: stopping"));
        await stop;
    }

    private static void Map(HttpServer server) => server.MapAsync(HttpMethod.Get, "/socket", static async context =>
    {
        using var socket = await context.AcceptWebSocketAsync(new WebSocketCreationOptions { SubProtocol = "echo", KeepAliveInterval = TimeSpan.FromMilliseconds(1) });
        var buffer = new byte[4096];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer.AsMemory(), default);
            if (message.MessageType == WebSocketMessageType.Close) break;
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "seen", default);
    });

    private static async Task<byte[]> Receive(ClientWebSocket client, CancellationToken limit)
    {
        var message = new MemoryStream();
        var buffer = new byte[10_000];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await client.ReceiveAsync(buffer.AsMemory(), limit);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return message.ToArray();
    }
}
