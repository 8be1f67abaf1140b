using System.Net;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Coding;

/// <summary>Compressed answers on every engine, decoded by the platform's client.</summary>
internal sealed class CompressionOverSocketsTests(TransportKind kind) : HttpServerTest(kind)
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"line {i} of a text that repeats itself\n"));
    private static readonly byte[] LongBytes = Encoding.ASCII.GetBytes(Long);

    private static void Application(HttpServer server)
    {
        server.Map(HttpMethod.Get, "/whole", static context => context.Respond(LongBytes.AsMemory(), "text/plain"));
        server.MapOffloaded(HttpMethod.Get, "/offloaded", static context =>
        {
            context.AddHeader("ETag"u8, "\"1\""u8);
            context.Respond(LongBytes.AsSpan(), "text/plain");
        });
        server.MapAsync(HttpMethod.Get, "/stream", StreamAsync);
        server.MapAsync(HttpMethod.Get, "/long-write", static async context => await context.StartResponse(200, "text/plain", LongBytes.Length).WriteAsync(LongBytes));
    }

    private static async ValueTask StreamAsync(HttpContext context)
    {
        var body = context.StartResponse(200, "text/plain");
        for (var at = 0; at < LongBytes.Length; at += 5000)
        {
            await body.WriteAsync(LongBytes.AsMemory(at, Math.Min(5000, LongBytes.Length - at)));
            if (at % 3 == 0) await Task.Yield();
        }
    }

    [Test]
    public async Task TheClientReadsWhatWasWritten([Values(DecompressionMethods.Brotli, DecompressionMethods.GZip)] DecompressionMethods method, [Values] bool onScheduler)
    {
        var server = Start(Application, new HttpServerOptions { Reactors = 1, Compression = new HttpCompressionOptions(), AsyncHandlersOnScheduler = onScheduler });
        using var plain = new SocketsHttpHandler();
        using var raw = new HttpClient(plain) { BaseAddress = new Uri($"http://{server.EndPoint}/") };
        raw.DefaultRequestHeaders.Add("Accept-Encoding", method == DecompressionMethods.Brotli ? "br" : "gzip");
        using var decoding = new SocketsHttpHandler { AutomaticDecompression = method };
        using var client = new HttpClient(decoding) { BaseAddress = raw.BaseAddress };
        foreach (var path in (string[])["whole", "offloaded", "stream", "long-write", "whole"])
        {
            Assert.That(await client.GetStringAsync(path), Is.EqualTo(Long), path);
            using var coded = await raw.GetAsync(path);
            Assert.That(coded.Content.Headers.ContentEncoding, Has.Count.EqualTo(1), path);
            Assert.That((await coded.Content.ReadAsByteArrayAsync()).Length, Is.LessThan(Long.Length / 3), path);
            if (path == "offloaded") Assert.That(coded.Headers.ETag!.IsWeak, Is.True);
        }
    }

    [Test]
    public async Task WhatTheClientCodesIsDecoded([Values] bool onScheduler)
    {
        var server = Start(static server =>
        {
            server.Map(HttpMethod.Post, "/whole", static context => context.Respond(context.Body, "text/plain"));
            server.MapOffloaded(HttpMethod.Post, "/offloaded", static context => context.Respond(context.Body, "text/plain"));
            server.MapAsync(HttpMethod.Post, "/read", static async context =>
            {
                using var all = new MemoryStream();
                var buffer = new byte[3000];
                for (int count; (count = await context.ReadBodyAsync(buffer)) > 0;) all.Write(buffer, 0, count);
                context.Respond(all.ToArray(), "text/plain");
            });
        }, new HttpServerOptions { Reactors = 1, RequestDecoding = new HttpRequestDecodingOptions(), AsyncHandlersOnScheduler = onScheduler });
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.EndPoint}/") };
        using var coded = new MemoryStream();
        await using (var coder = new System.IO.Compression.GZipStream(coded, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true)) coder.Write(LongBytes);
        foreach (var path in (string[])["whole", "offloaded", "read"])
        {
            using var answer = await client.PostAsync(path, new ByteArrayContent(coded.ToArray()) { Headers = { ContentEncoding = { "gzip" } } });
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo(Long), path);
        }
    }

    [Test]
    public async Task OverTlsItMustBeAskedFor([Values] bool allowed)
    {
        using var certificate = TlsTests.Make("localhost");
        var server = Start(Application, new HttpServerOptions { Reactors = 1, Tls = new HttpTlsOptions { Certificate = certificate }, Compression = new HttpCompressionOptions { AllowOverTls = allowed } });
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://{server.EndPoint}/") };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
        foreach (var path in (string[])["whole", "stream"])
        {
            using var answer = await client.GetAsync(path);
            Assert.That(answer.Content.Headers.ContentEncoding, Has.Count.EqualTo(allowed ? 1 : 0), path);
            Assert.That((await answer.Content.ReadAsByteArrayAsync()).Length, allowed ? Is.LessThan(Long.Length / 3) : Is.EqualTo(Long.Length), path);
        }
    }
}
