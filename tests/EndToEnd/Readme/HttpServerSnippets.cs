using System.Globalization;
using System.Net;
using System.Text;
using FastCore.Net.Http;

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
}
