using System.IO.Compression;
using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http.Coding;

/// <summary>Bodies of requests that come coded: decoded however they are cut and read, refused when they are broken or grow beyond a limit.</summary>
internal sealed class RequestDecodingTests
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(static i => $"line {i} of {i * 7919 % 1000}\n")));
    private static readonly HttpServerOptions On = new() { RequestDecoding = new HttpRequestDecodingOptions() };

    private static void Map(HttpServer server)
    {
        server.Map(HttpMethod.Post, "/whole", static context => context.Respond(context.Body, "text/plain"));
        server.MapAsync(HttpMethod.Post, "/read", static context => ReadAsync(context, 4096));
        server.MapAsync(HttpMethod.Post, "/read-by-one", static context => ReadAsync(context, 1));
        server.MapAsync(HttpMethod.Post, "/pipe", static async context =>
        {
            using var all = new MemoryStream();
            await context.BodyReader.CopyToAsync(all);
            context.Respond(all.ToArray(), "text/plain");
        });
        server.Map(HttpMethod.Get, "/", static context => context.Respond(SmallApplication.Hello));
    }

    private static async ValueTask ReadAsync(HttpContext context, int size)
    {
        using var all = new MemoryStream();
        var buffer = new byte[size];
        for (int count; (count = await context.ReadBodyAsync(buffer)) > 0;) all.Write(buffer, 0, count);
        Assert.That(await context.ReadBodyAsync(buffer), Is.Zero, "the end stays the end");
        context.Respond(all.ToArray(), "text/plain");
    }

    private static byte[] Code(string coding, ReadOnlySpan<byte> content, int window = 22)
    {
        if (coding == "br")
        {
            var output = new byte[BrotliEncoder.GetMaxCompressedLength(content.Length)];
            Assert.That(BrotliEncoder.TryCompress(content, output, out var length, 5, window), Is.True);
            return output[..length];
        }
        using var coded = new MemoryStream();
        using (Stream coder = coding == "deflate" ? new ZLibStream(coded, CompressionLevel.Optimal, true) : new GZipStream(coded, CompressionLevel.Optimal, true)) coder.Write(content);
        return coded.ToArray();
    }

    private static byte[] Request(string path, string coding, ReadOnlySpan<byte> body, bool chunked = false)
    {
        var head = $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Encoding: {coding}\r\n{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}")}\r\n\r\n";
        byte[] chunk = body.IsEmpty ? [] : [.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n"u8];
        return [.. Encoding.ASCII.GetBytes(head), .. chunked ? [.. chunk, .. "0\r\n\r\n"u8] : body];
    }

    private static string Ask(Conversation client, ReadOnlySpan<byte> request)
    {
        client.Send(request);
        return client.Take();
    }

    private static int StatusOf(string answer) => int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3));

    [Test]
    public void HandlersSeeTheContent([Values("gzip", "br", "deflate", "x-gzip", "GZip", "identity, br")] string coding, [Values("/whole", "/read", "/read-by-one", "/pipe")] string path, [Values] bool chunked, [Values(0, 1, 700, -1)] int length)
    {
        var content = length < 0 ? Content : Content.AsSpan(0, length).ToArray();
        using var client = new Conversation(Map, On);
        var request = Request(path, coding, Code(coding.Split(' ')[^1] is "x-gzip" or "GZip" ? "gzip" : coding.Split(' ')[^1], content), chunked);
        for (var i = 0; i < 2; i++)
        {
            var answer = new CodedAnswer(Ask(client, request));
            Assert.That(answer.Head, Does.StartWith("HTTP/1.1 200 "));
            Assert.That(answer.Coded.AsSpan().SequenceEqual(content), Is.True);
        }
        Assert.That(client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Does.EndWith("hello"));
    }

    [Test]
    public void HoweverItIsCut([Values("gzip", "br", "deflate")] string coding, [Values("/whole", "/read")] string path, [Values] bool chunked)
    {
        var content = Content.AsSpan(0, 300);
        var request = Request(path, coding, Code(coding, content), chunked);
        using var client = new Conversation(Map, On);
        foreach (var b in request) client.Send([b]);
        var answer = client.Take();
        Assert.That(answer, Does.EndWith(Encoding.ASCII.GetString(content)), "byte by byte");
        for (var cut = 1; cut < request.Length; cut++)
        {
            client.Send(request.AsSpan(0, cut));
            client.Reactor.RunPosted();
            Assert.That(Ask(client, request.AsSpan(cut)), Is.EqualTo(answer), $"cut at {cut}");
        }
        Assert.That(Ask(client, [.. request, .. request]), Is.EqualTo(answer + answer), "pipelined");
    }

    [Test]
    public void ACodingThatEndsTooEarlyIsRefused([Values("gzip", "br", "deflate")] string coding, [Values("/whole", "/read")] string path)
    {
        var coded = Code(coding, Content.AsSpan(0, 300));
        for (var length = 1; length < coded.Length; length++)
        {
            using var client = new Conversation(Map, On);
            Assert.That(StatusOf(Ask(client, Request(path, coding, coded.AsSpan(0, length)))), Is.EqualTo(400), $"{length} of {coded.Length}");
            Assert.That(client.IsOpen, Is.False);
        }
    }

    [Test]
    public void WhatIsNoCodingIsRefused([Values("gzip", "br", "deflate")] string coding, [Values("/whole", "/read")] string path, [Values] bool chunked)
    {
        using var client = new Conversation(Map, On);
        Assert.That(StatusOf(Ask(client, Request(path, coding, [0x7b, 0xff, 0xfe, 0x22, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], chunked))), Is.EqualTo(400));
        Assert.That(client.Errors, Is.Empty);
    }

    [Test]
    public void AWrongChecksumIsRefused([Values("gzip", "deflate")] string coding, [Values("/whole", "/read")] string path)
    {
        var coded = Code(coding, Content.AsSpan(0, 300));
        coded[^(coding == "gzip" ? 6 : 2)] ^= 1;
        using var client = new Conversation(Map, On);
        Assert.That(StatusOf(Ask(client, Request(path, coding, coded))), Is.EqualTo(400));
    }

    [Test]
    public void WhatLiesBehindTheEndIsRefused([Values("gzip", "br")] string coding, [Values("/whole", "/read")] string path)
    {
        using var client = new Conversation(Map, On);
        Assert.That(StatusOf(Ask(client, Request(path, coding, [.. Code(coding, Content.AsSpan(0, 300)), 1, 2, 3]))), Is.EqualTo(400));
    }

    [Test]
    public void SeveralMembersAreOneContent([Values("/whole", "/read")] string path)
    {
        using var client = new Conversation(Map, On);
        Assert.That(Ask(client, Request(path, "gzip", [.. Code("gzip", "one "u8), .. Code("gzip", "two"u8)])), Does.EndWith("\r\n\r\none two"));
    }

    [Test]
    public void NothingIsNothing([Values("/whole", "/read")] string path, [Values] bool chunked)
    {
        using var client = new Conversation(Map, On);
        var request = Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n{(chunked ? "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" : "Content-Length: 0\r\n\r\n")}");
        Assert.That(StatusOf(Ask(client, request)), Is.EqualTo(200));
    }

    /// <summary>The platform's decoder has another exception for it than for all else that is broken.</summary>
    [Test]
    public void ADictionaryThatNobodyHasAgreedOnIsRefused([Values("/whole", "/read", "/pipe")] string path)
    {
        using var client = new Conversation(Map, On);
        byte[] body = [0x78, 0xBB, 0, 0x62, 0, 0x62, 0x4B, 0x04, 0, 0, 0x62, 0, 0x62];
        Assert.That(Ask(client, Request(path, "deflate", body)), Does.StartWith("HTTP/1.1 400 "));
        Assert.That(client.Errors, Is.Empty);
    }

    [TestCase("zstd")]
    [TestCase("gzip, br")]
    [TestCase("gzip\r\nContent-Encoding: gzip")]
    [TestCase("gzip;q=1")]
    public void AnotherCodingIsRefusedWithThoseThatAreTaken(string coding)
    {
        using var client = new Conversation(Map, On);
        var answer = Ask(client, Request("/whole", coding, "abc"u8));
        Assert.That(answer, Does.StartWith("HTTP/1.1 415 Unsupported Media Type\r\n").And.Contain("Accept-Encoding: br, gzip, deflate\r\n"));
    }

    [Test]
    public void WithoutTheOptionHandlersSeeWhatWasSent([Values("/whole", "/read")] string path)
    {
        using var client = new Conversation(Map);
        var coded = Code("gzip", Content);
        Assert.That(new CodedAnswer(Ask(client, Request(path, "gzip", coded))).Coded.AsSpan().SequenceEqual(coded), Is.True);
        Assert.That(StatusOf(Ask(client, Request(path, "zstd", "abc"u8))), Is.EqualTo(200));
    }

    [Test]
    public void ABombEndsByItsRatio([Values("gzip", "br", "deflate")] string coding, [Values("/whole", "/read", "/read-by-one")] string path, [Values] bool chunked)
    {
        var bomb = Request(path, coding, Code(coding, new byte[10 << 20]), chunked);
        Assert.That(bomb, Has.Length.LessThan(11_000));
        using var client = new Conversation(Map, On with { MaxBufferedBodySize = 100 << 20 });
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(StatusOf(Ask(client, bomb)), Is.EqualTo(413));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(6 << 20), "the rest was never decoded");
        Assert.That(client.IsOpen, Is.False);
    }

    [Test]
    public void ABombEndsByItsSize([Values("gzip", "br", "deflate")] string coding, [Values("/whole", "/read")] string path)
    {
        var options = On with { RequestDecoding = new HttpRequestDecodingOptions { MaxDecodedSize = 100_000, MaxRatio = 1_000_000 } };
        foreach (var (length, status) in ((int, int)[])[(100_000, 200), (100_001, 413), (10 << 20, 413)])
        {
            using var client = new Conversation(Map, options);
            Assert.That(StatusOf(Ask(client, Request(path, coding, Code(coding, new byte[length])))), Is.EqualTo(status), $"{length}");
        }
    }

    [Test]
    public void WhatIsHeldWholeIsHeldToItsLimitToo()
    {
        var options = On with { MaxBufferedBodySize = 10_000 };
        foreach (var (length, status) in ((int, int)[])[(10_000, 200), (10_001, 413)])
        {
            using var client = new Conversation(Map, options);
            Assert.That(StatusOf(Ask(client, Request("/whole", "gzip", Code("gzip", Content.AsSpan(0, length)), chunked: true))), Is.EqualTo(status), $"{length}");
        }
    }

    [Test]
    public void ABombInABombIsOpenedOnce()
    {
        using var client = new Conversation(Map, On with { MaxBufferedBodySize = 100 << 20, RequestDecoding = new HttpRequestDecodingOptions { MaxRatio = 10_000 } });
        var inner = Code("gzip", new byte[10 << 20]);
        var answer = new CodedAnswer(Ask(client, Request("/whole", "gzip", Code("gzip", inner))));
        Assert.That(answer.Coded.AsSpan().SequenceEqual(inner), Is.True, "what is inside is the handler's content");
        Assert.That(StatusOf(Ask(client, Request("/whole", "gzip, gzip", Code("gzip", inner)))), Is.EqualTo(415));
    }

    [Test]
    public void ALargeWindowIsRefused([Range(10, 24)] int window)
    {
        using var client = new Conversation(Map, On with { RequestDecoding = new HttpRequestDecodingOptions { MaxWindowBits = 18 } });
        var noise = new byte[(1 << 20) - 1];
        new Random(5).NextBytes(noise);
        using var encoder = new BrotliEncoder(1, window);
        var coded = new byte[2 << 20];
        encoder.Compress(noise, coded, out _, out var length, isFinalBlock: true);
        Assert.That(StatusOf(Ask(client, Request("/read", "br", coded.AsSpan(0, length)))), Is.EqualTo(window <= 18 ? 200 : 413));
    }

    [Test]
    public void AClientMayGoAtAnyTime([Values("gzip", "br", "deflate")] string coding, [Values("/whole", "/read")] string path, [Values] bool inOrder)
    {
        var request = Request(path, coding, Code(coding, Content));
        using var client = new Conversation(Map, On);
        client.Send(request.AsSpan(0, request.Length - 5));
        if (inOrder) client.FinishSending();
        else client.Reset();
        Assert.That(client.Take(), inOrder ? Does.StartWith("HTTP/1.1 400 ") : Is.Empty);
    }

    [Test]
    public void AHandlerThatDoesNotReadKeepsTheConnection()
    {
        using var client = new Conversation(static server =>
        {
            server.MapAsync(HttpMethod.Post, "/", static async context =>
            {
                Assert.That(context.ContentLength, Is.Null);
                await context.ReadBodyAsync(new byte[10]);
                context.Respond(200);
            });
        }, On);
        for (var i = 0; i < 3; i++) Assert.That(StatusOf(Ask(client, Request("/", "gzip", Code("gzip", Content)))), Is.EqualTo(200));
        Assert.That(client.IsOpen, Is.True);
    }
}
