using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>The application the protocol tests talk to: every path shows one thing about the request.</summary>
internal static class SmallApplication
{
    public static readonly PreparedResponse Hello = PreparedResponse.Create(200, "hello"u8.ToArray(), "text/plain");
    public static readonly byte[] Large = Enumerable.Range(0, 100_000).Select(static i => (byte)(i * 31 >> 3)).ToArray();
    public static readonly PreparedResponse LargePrepared = PreparedResponse.Create(200, Large, "application/octet-stream", ("X-Kind", "large"));

    public static void Map(HttpServer server)
    {
        server.Map(HttpMethod.Get, "/", static context => context.Respond(Hello));
        server.Map(HttpMethod.Post, "/", static context => context.Respond(context.Body, "text/plain"));
        server.Map(HttpMethod.Get, "/target", static context => context.Respond(200, [.. context.Path, .. " "u8, .. context.Query, .. " "u8, .. context.Host], "text/plain"));
        server.Map(HttpMethod.Get, "/item/{id}", static context => context.Respond(context.RouteValue, "text/plain"));
        server.Map(HttpMethod.Get, "/large", static context => context.Respond(Large.AsMemory()));
        server.Map(HttpMethod.Get, "/large-prepared", static context => context.Respond(LargePrepared));
        server.Map(HttpMethod.Get, "/throws", static _ => throw new InvalidOperationException("as asked"));
        server.Map(HttpMethod.Get, "/silent", static _ => { });
        server.MapAsync(HttpMethod.Post, "/stream", Stream);
        server.MapAsync(HttpMethod.Post, "/ignore", static context =>
        {
            context.Respond("ignored"u8, "text/plain");
            return default;
        });
        server.MapAsync(HttpMethod.Get, "/yield", static async context =>
        {
            await Task.Yield();
            context.Respond(context.Query, "text/plain");
        });
    }

    /// <summary>Answers with the body, read in small pieces.</summary>
    private static async ValueTask Stream(HttpContext context)
    {
        var body = new MemoryStream();
        var buffer = new byte[7];
        int count;
        while ((count = await context.ReadBodyAsync(buffer)) > 0) body.Write(buffer, 0, count);
        context.Respond(body.ToArray().AsSpan(), "text/plain");
    }

    /// <summary>A response as it is sent by a <see cref="ManualReactor"/>.</summary>
    public static string Response(string status, string body, string fields = "Content-Type: text/plain\r\n", bool close = false) =>
        $"HTTP/1.1 {status}\r\nDate: {Encoding.ASCII.GetString(ManualReactor.FixedDate)}\r\n{(close ? "Connection: close\r\n" : "")}{(body.Length > 0 ? fields : "")}Content-Length: {body.Length}\r\n\r\n{body}";

    public static string Ok(string body) => Response("200 OK", body);
}
