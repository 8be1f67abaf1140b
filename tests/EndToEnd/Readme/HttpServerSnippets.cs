using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Files;

namespace FastCore.EndToEnd.Tests.Readme;

[TestFixture]
internal sealed class HttpServerSnippets
{
    [Test]
    public async Task Three_handlers()
    {
        // snippet: http-server
        var hello = PreparedResponse.Create(200, "Hello, World!"u8.ToArray(), "text/plain");

        // Port 0 takes a free one.
        await using var server = new HttpServer(new HttpServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });

        server.Map(HttpMethod.Get, "/plaintext", context => context.Respond(hello));

        server.Map(HttpMethod.Get, "/hello/{name}", static context =>
            context.Respond($"Hello, {Encoding.UTF8.GetString(context.RouteValue)}!"));

        server.MapAsync(HttpMethod.Post, "/upload", static async context =>
        {
            var buffer = new byte[16 * 1024];
            var total = 0L;
            while (await context.ReadBodyAsync(buffer) is var count and > 0)
                total += count;
            context.Respond(total.ToString(CultureInfo.InvariantCulture));
        });

        server.Start();
        Console.WriteLine($"http://{server.EndPoint}");
        // end

        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.EndPoint}"), Timeout = TimeSpan.FromSeconds(30) };
        Assert.That(await client.GetStringAsync("/plaintext"), Is.EqualTo("Hello, World!"));
        Assert.That(await client.GetStringAsync("/hello/reader"), Is.EqualTo("Hello, reader!"));
        using var answer = await client.PostAsync("/upload", new ByteArrayContent(new byte[100_000]));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("100000"));
    }

    [Test]
    public async Task Streams_sockets_and_files()
    {
        var folder = Directory.CreateTempSubdirectory("fastcore-readme-").FullName;
        File.WriteAllText(Path.Join(folder, "a.txt"), "a file");
        try
        {
            await using var server = new HttpServer(new HttpServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
            // snippet: http-server-more
            // A segment may be a parameter, the last one the rest of the path.
            server.Map(HttpMethod.Get, "/users/{id}/posts/{post}", static context =>
                context.Respond($"{Encoding.UTF8.GetString(context.GetRouteValue("id"))} {context.QueryValues.TryGet("page", out var page)} {page}"));

            // Goes around every handler of its kind: measures it, turns it away, adds to its answer.
            server.Use(next => context =>
            {
                context.AddHeader("X-Served-By"u8, "fastcore"u8);
                next(context);
            });

            // A response that is sent while it is made, held back by a slow client.
            server.MapAsync(HttpMethod.Get, "/numbers", static async context =>
            {
                var body = context.StartResponse(200, "text/plain");
                for (var i = 0; i < 1000; i++)
                {
                    body.Write(Encoding.UTF8.GetBytes($"{i}\n"));
                    await body.FlushAsync();
                }
            });

            server.MapAsync(HttpMethod.Get, "/echo", static async context =>
            {
                using var socket = await context.AcceptWebSocketAsync();
                var buffer = new byte[4096];
                while (await socket.ReceiveAsync(buffer.AsMemory(), context.Aborted) is { MessageType: not WebSocketMessageType.Close } message)
                    await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.Aborted);
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
            });

            // Ranges, entity tags, index files, name.br in place of name; nothing outside of the folder is reached.
            server.MapFiles("/", folder);
            // end
            server.Start();

            using var client = new HttpClient { BaseAddress = new Uri($"http://{server.EndPoint}"), Timeout = TimeSpan.FromSeconds(30) };
            using var post = await client.GetAsync("/users/7/posts/9?page=2");
            Assert.That(await post.Content.ReadAsStringAsync(), Is.EqualTo("7 True 2"));
            Assert.That(post.Headers.GetValues("X-Served-By"), Is.EqualTo(new[] { "fastcore" }));
            Assert.That((await client.GetStringAsync("/numbers")).Split('\n'), Has.Length.EqualTo(1001));
            Assert.That(await client.GetStringAsync("/a.txt"), Is.EqualTo("a file"));

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri($"ws://{server.EndPoint}/echo"), limit.Token);
            await socket.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, true, limit.Token);
            Assert.That((await socket.ReceiveAsync(new byte[10], limit.Token)).Count, Is.EqualTo(3));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
