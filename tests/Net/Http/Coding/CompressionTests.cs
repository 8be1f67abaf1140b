using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http.Coding;

/// <summary>Answers that are compressed while they are sent: which are, how they say it, and that each flush brings all that was written.</summary>
internal sealed class CompressionTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 400).Select(static i => $"line {i} of a text that repeats itself\n"));
    private static readonly byte[] LongBytes = Encoding.ASCII.GetBytes(Long);
    private static readonly byte[] Noise = MakeNoise();
    private static readonly HttpServerOptions On = new() { Compression = new HttpCompressionOptions() };

    private static byte[] MakeNoise()
    {
        var noise = new byte[5000];
        new Random(7).NextBytes(noise);
        return noise;
    }

    private static string Get(string? accept = "br", string method = "GET", string version = "1.1") =>
        $"{method} / HTTP/{version}\r\nHost: a\r\n{(accept == null ? "" : $"Accept-Encoding: {accept}\r\n")}\r\n";

    private static Conversation Serving(Action<HttpContext> handler, HttpServerOptions? options = null) => new(server => server.Map(HttpMethod.Get, "/", handler), options ?? On);

    private static Conversation Streaming(Func<HttpContext, ValueTask> handler, HttpServerOptions? options = null) => new(server => server.MapAsync(HttpMethod.Get, "/", handler), options ?? On);

    [TestCase("br", "br")]
    [TestCase("gzip", "gzip")]
    [TestCase("GZIP", "gzip")]
    [TestCase("gzip, br", "br")]
    [TestCase("gzip, deflate, br, zstd", "br")]
    [TestCase("gzip;q=1.0, br;q=0.9", "gzip")]
    [TestCase("br;q=0.001", "br")]
    [TestCase("br ; q=0.5 , gzip ; q=0.501", "gzip")]
    [TestCase("*", "br")]
    [TestCase("br;q=0, *", "gzip")]
    [TestCase("identity, gzip", "gzip")]
    [TestCase("gzip;q=abc", "gzip")]
    [TestCase("identity, gzip;q=0.5", null)]
    [TestCase("identity;q=0.5, gzip;q=0.6", "gzip")]
    [TestCase("*;q=0", null)]
    [TestCase("br;q=0, gzip;q=0.000", null)]
    [TestCase("deflate", null)]
    [TestCase("", null)]
    [TestCase(null, null)]
    public void TheClientChooses(string? accept, string? coding)
    {
        using var client = Serving(static context => context.Respond(LongBytes.AsMemory(), "text/plain"));
        var answer = new CodedAnswer(client.Ask(Get(accept)));
        Assert.That(answer.Field("Content-Encoding"), Is.EqualTo(coding));
        Assert.That(answer.Field("Vary"), Is.EqualTo("Accept-Encoding"), "a cache must know, coded or not");
        Assert.That(answer.Field("Content-Length"), Is.EqualTo(answer.Coded.Length.ToString()));
        Assert.That(answer.Text, Is.EqualTo(Long));
        if (coding != null) Assert.That(answer.Coded, Has.Length.LessThan(Long.Length / 4));
        Assert.That(client.Ask(Get(accept)), Is.EqualTo(answer.Head + Encoding.Latin1.GetString(answer.Coded)), "and again on the same connection");
    }

    [Test]
    public void WithoutTheOptionNothingChanges()
    {
        using var client = Serving(static context => context.Respond(LongBytes.AsMemory(), "text/plain"), new HttpServerOptions());
        var answer = new CodedAnswer(client.Ask(Get()));
        Assert.That((answer.Field("Content-Encoding"), answer.Field("Vary"), answer.Text), Is.EqualTo(((string?)null, (string?)null, Long)));
    }

    [TestCase("text/html; charset=utf-8", true)]
    [TestCase("TEXT/css", true)]
    [TestCase("application/json", true)]
    [TestCase("application/problem+json", true)]
    [TestCase("image/svg+xml", true)]
    [TestCase("image/png", false)]
    [TestCase("application/octet-stream", false)]
    [TestCase("application/jsonx", false)]
    [TestCase("", false)]
    public void OnlyWhatBecomesShorterByItsTypeIsCoded(string type, bool isCoded)
    {
        using var client = Serving(context => context.Respond(LongBytes.AsSpan(), type));
        var answer = new CodedAnswer(client.Ask(Get()));
        Assert.That((answer.Field("Content-Encoding") != null, answer.Field("Vary") != null), Is.EqualTo((isCoded, isCoded)));
        Assert.That(answer.Text, Is.EqualTo(Long));
    }

    [TestCase(0, false)]
    [TestCase(1023, false)]
    [TestCase(1024, true)]
    [TestCase(4096, true)]
    [TestCase(4097, false)]
    public void TooShortAndTooLongBodiesAreSentAsTheyAre(int length, bool isCoded)
    {
        using var client = Serving(context => context.Respond(LongBytes.AsSpan(0, length), "text/plain"), new HttpServerOptions { Compression = new HttpCompressionOptions { MaxSize = 4096 } });
        var answer = new CodedAnswer(client.Ask(Get("gzip")));
        Assert.That(answer.Field("Content-Encoding") != null, Is.EqualTo(isCoded));
        Assert.That(answer.Text, Is.EqualTo(Long[..length]));
    }

    [Test]
    public void WhatDoesNotBecomeShorterIsSentAsItIs([Values("br", "gzip")] string coding)
    {
        using var client = Serving(static context => context.Respond(Noise.AsMemory(), "text/plain"));
        var answer = new CodedAnswer(client.Ask(Get(coding)));
        Assert.That((answer.Field("Content-Encoding"), answer.Field("Vary")), Is.EqualTo(((string?)null, "Accept-Encoding")));
        Assert.That(answer.Coded.AsSpan().SequenceEqual(Noise), Is.True);
    }

    [TestCase("Content-Encoding", "zstd")]
    [TestCase("Cache-Control", "public, No-Transform")]
    [TestCase("Content-Range", "bytes 0-99/200")]
    public void TheHandlerCanForbidIt(string name, string value)
    {
        using var client = Serving(context =>
        {
            context.AddHeader(name, value);
            context.Respond(LongBytes.AsSpan(), "text/plain");
        });
        Assert.That(client.Ask(Get()), Does.EndWith("\r\n\r\n" + Long).And.Contain($"{name}: {value}\r\n").And.Not.Contain("Vary").And.Not.Contain("br\r\n"));
    }

    [TestCase(206)]
    [TestCase(204)]
    [TestCase(304)]
    public void SomeStatusesAreNeverCoded(int status)
    {
        using var client = Serving(context => context.Respond(status, status == 206 ? LongBytes.AsSpan() : default, "text/plain"));
        Assert.That(client.Ask(Get()), Does.Not.Contain("Content-Encoding").And.Not.Contain("Vary"));
    }

    [Test]
    public void APreparedResponseIsSentAsItWasPrepared()
    {
        var prepared = PreparedResponse.Create(200, LongBytes, "text/plain");
        using var client = Serving(context => context.Respond(prepared));
        Assert.That(client.Ask(Get()), Does.EndWith("\r\n\r\n" + Long));
    }

    [TestCase("\"tag\"", "W/\"tag\"")]
    [TestCase("W/\"tag\"", "W/\"tag\"")]
    public void AStrongTagBecomesWeak(string tag, string sent)
    {
        using var client = Serving(context =>
        {
            context.AddHeader("X-Before", "1");
            context.AddHeader("etag", tag);
            context.AddHeader("X-Behind", "2");
            context.Respond(LongBytes.AsSpan(), "text/plain");
        });
        Assert.That(client.Ask(Get()), Does.Contain($"X-Before: 1\r\netag: {sent}\r\nX-Behind: 2\r\nVary: Accept-Encoding\r\nContent-Encoding: br\r\nContent-Type: text/plain\r\n"));
        Assert.That(client.Ask(Get(null)), Does.Contain($"etag: {tag}\r\n"), "not coded it is what it was");
    }

    [TestCase("Accept-Encoding", "Accept-Encoding")]
    [TestCase("Origin, accept-encoding", "Origin, accept-encoding")]
    [TestCase("*", "*")]
    [TestCase("Origin", "Origin, Accept-Encoding")]
    public void VaryIsSaidOnce(string said, string sent)
    {
        using var client = Serving(context =>
        {
            context.AddHeader("Vary", said);
            context.Respond(LongBytes.AsSpan(), "text/plain");
        });
        Assert.That(new CodedAnswer(client.Ask(Get())).Field("Vary"), Is.EqualTo(sent));
    }

    [Test]
    public void HeadHasTheHeadOfGet([Values] bool isStream)
    {
        using var client = isStream ? Streaming(static async context => await context.StartResponse(200, "text/plain", LongBytes.Length).WriteAsync(LongBytes)) : Serving(static context => context.Respond(LongBytes.AsSpan(), "text/plain"));
        var answer = new CodedAnswer(client.Ask(Get()));
        Assert.That(client.Ask(Get(method: "HEAD")), Is.EqualTo(answer.Head));
        Assert.That(answer.Text, Is.EqualTo(Long));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void ARequestIsStillAnsweredOnce()
    {
        using var client = Serving(static context =>
        {
            context.Respond(LongBytes.AsSpan(), "text/plain");
            Assert.That(() => context.Respond(LongBytes.AsSpan(), "text/plain"), Throws.InvalidOperationException);
            Assert.That(() => context.AddHeader("A"u8, "b"u8), Throws.InvalidOperationException);
        });
        Assert.That(new CodedAnswer(client.Ask(Get())).Text, Is.EqualTo(Long));
        Assert.That(client.Errors, Is.Empty);
    }

    [Test]
    public void EachFlushBringsAllThatWasWritten([Values("br", "gzip")] string coding)
    {
        var gate = new TaskCompletionSource();
        using var client = Streaming(async context =>
        {
            var body = context.StartResponse(200, "text/plain");
            for (var i = 0; i < 3; i++)
            {
                body.Write(Encoding.ASCII.GetBytes(Long[(i * 1000)..((i + 1) * 1000)]));
                await body.FlushAsync();
                await body.FlushAsync();
                await gate.Task;
            }
        });
        var sent = client.Ask(Get(coding));
        for (var i = 0; i < 3; i++)
        {
            var answer = new CodedAnswer(sent);
            Assert.That(answer.Text, Is.EqualTo(Long[..((i + 1) * 1000)]), $"after flush {i}");
            Assert.That(answer.HasEnd, Is.False);
            var next = gate;
            gate = new TaskCompletionSource();
            next.SetResult();
            sent += client.Take();
        }
        var whole = new CodedAnswer(sent);
        Assert.That((whole.Text, whole.HasEnd, whole.Field("Content-Encoding")), Is.EqualTo((Long[..3000], true, coding)));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void EventsArriveOneByOne([Values("br", "gzip")] string coding)
    {
        var gate = new TaskCompletionSource();
        using var client = Streaming(async context =>
        {
            var events = context.StartEventStream();
            await events.SendAsync("one");
            await gate.Task;
            await events.SendAsync("two");
        });
        var sent = client.Ask(Get(coding));
        Assert.That(new CodedAnswer(sent).Text, Is.EqualTo("data: one\n\n"));
        gate.SetResult();
        Assert.That(new CodedAnswer(sent + client.Take()).Text, Is.EqualTo("data: one\n\ndata: two\n\n"));
    }

    [Test]
    public void PiecesOfEverySizeArriveWhole([Values("br", "gzip")] string coding, [Values(1, 1023, 16 * 1024, 40_000, 400_000)] int piece, [Values] bool hasLength, [Values] bool isNoise)
    {
        var data = new byte[Math.Min(piece * 2000, 410_000)];
        if (isNoise) new Random(11).NextBytes(data);
        else for (var i = 0; i < data.Length; i++) data[i] = LongBytes[i % LongBytes.Length];
        using var client = Streaming(async context =>
        {
            var body = context.StartResponse(200, "text/plain", hasLength ? data.Length : null);
            for (var sent = 0; sent < data.Length; sent += piece)
            {
                var part = data.AsMemory(sent, Math.Min(piece, data.Length - sent));
                if (sent % 3 == 0)
                {
                    Assert.That((await body.WriteAsync(part)).IsCompleted, Is.False);
                }
                else
                {
                    part.Span.CopyTo(body.GetSpan(part.Length));
                    body.Advance(part.Length);
                }
            }
        });
        var answer = new CodedAnswer(client.Ask(Get(coding)));
        Assert.That((answer.HasEnd, answer.Field("Content-Length"), answer.Field("Content-Encoding")), Is.EqualTo((true, (string?)null, coding)));
        Assert.That(answer.Decode().AsSpan().SequenceEqual(data), Is.True);
        Assert.That(client.Errors, Is.Empty);
        Assert.That(client.IsOpen, Is.True);
        Assert.That(new CodedAnswer(client.Ask(Get(coding))).Decode().AsSpan().SequenceEqual(data), Is.True, "with coders that have been used");
    }

    [Test]
    public void AFlushWaitsForASlowClient()
    {
        var flushed = 0;
        using var client = Streaming(async context =>
        {
            var random = new Random(3);
            var body = context.StartResponse(200, "text/plain");
            for (; flushed < 100; flushed++)
            {
                random.NextBytes(body.GetSpan(4096)[..4096]);
                body.Advance(4096);
                await body.FlushAsync();
            }
        });
        client.Send(Get());
        client.Reactor.RunPosted();
        Assert.That(flushed, Is.InRange(14, 17), "about the mark is queued, and no more");
        Assert.That(new CodedAnswer(client.Take()).Decode(), Has.Length.EqualTo(100 * 4096));
    }

    [Test]
    public void ALongWriteGivesOthersTheirTurn()
    {
        var data = new byte[1 << 20];
        ValueTask<FlushResult> write = default;
        HttpResponseBody? body = null;
        using var client = Streaming(async context =>
        {
            body = context.StartResponse(200, "text/plain");
            write = body.WriteAsync(data);
            Assert.That(write.IsCompleted, Is.False);
            Assert.That(() => body.FlushAsync(), Throws.InvalidOperationException);
            await write;
        });
        client.Send(Get("gzip"));
        Assert.That(new CodedAnswer(client.Take()).Decode().AsSpan().SequenceEqual(data), Is.True);
    }

    [Test]
    public void ABodyShortOfItsLengthIsCut()
    {
        using var client = Streaming(static async context =>
        {
            var body = context.StartResponse(200, "text/plain", LongBytes.Length);
            await body.WriteAsync(LongBytes.AsMemory(0, 2000));
        });
        var answer = new CodedAnswer(client.Ask(Get()));
        Assert.That((answer.Text, answer.HasEnd, client.IsOpen, client.Errors.Count), Is.EqualTo((Long[..2000], false, false, 1)));
    }

    [Test]
    public void AHandlerThatThrowsCutsItsBody([Values("br", "gzip")] string coding)
    {
        using var client = Streaming(static async context =>
        {
            await context.StartResponse(200, "text/plain").WriteAsync(LongBytes);
            throw new InvalidOperationException("as asked");
        });
        var answer = new CodedAnswer(client.Ask(Get(coding)));
        Assert.That((answer.Text, answer.HasEnd, client.IsOpen), Is.EqualTo((Long, false, false)));
    }

    [Test]
    public void AClientMayGoAtAnyTime([Values("br", "gzip")] string coding, [Values(1000, 1 << 20)] int length)
    {
        var gate = new TaskCompletionSource();
        var ended = false;
        using var client = Streaming(async context =>
        {
            var body = context.StartResponse(200, "text/plain");
            await body.WriteAsync(LongBytes);
            await gate.Task;
            Assert.That((await body.WriteAsync(new byte[length])).IsCompleted, Is.True);
            ended = true;
        });
        client.Ask(Get(coding));
        client.Reset();
        gate.SetResult();
        client.Reactor.RunPosted();
        Assert.That(ended, Is.True);
    }

    [Test]
    public void AClientMayGoInTheMiddleOfALongWrite()
    {
        var completed = false;
        using var client = Streaming(async context => completed = (await context.StartResponse(200, "text/plain").WriteAsync(new byte[1 << 20])).IsCompleted);
        client.Send(Get("gzip"));
        client.Reset();
        client.Reactor.RunPosted();
        Assert.That(completed, Is.True);
    }

    [Test]
    public void AHandlerMayGoOnInTheMiddleOfALongWrite([Values] bool writesMore)
    {
        using var client = Streaming(context =>
        {
            var body = context.StartResponse(200, "text/plain");
            _ = body.WriteAsync(new byte[1 << 20]).AsTask();
            if (writesMore) body.Write("end"u8);
            return default;
        });
        var answer = new CodedAnswer(client.Ask(Get("gzip")));
        Assert.That(answer.HasEnd, Is.True);
        Assert.That(answer.Text, Is.EqualTo(new string('\0', 1 << 20) + (writesMore ? "end" : "")), "nothing is lost, and all is in its order");
    }

    [Test]
    public void Http10StreamsAreSentAsTheyAre()
    {
        using var client = Streaming(static async context => await context.StartResponse(200, "text/plain").WriteAsync(LongBytes));
        Assert.That(client.Ask(Get(version: "1.0")), Does.EndWith("\r\n\r\n" + Long).And.Not.Contain("Content-Encoding"));
    }

    [Test]
    public void TrailersComeBehind()
    {
        using var client = Streaming(static context =>
        {
            var body = context.StartResponse(200, "text/plain");
            body.Write(LongBytes);
            body.AddTrailer("X-Sum"u8, "1"u8);
            return default;
        });
        Assert.That(client.Ask(Get()), Does.EndWith("\r\n0\r\nX-Sum: 1\r\n\r\n"));
    }

    private static readonly HttpCompressionOptions[] Wrong =
    [
        new() { Codings = [] },
        new() { Codings = ["deflate"] },
        new() { Codings = ["br", "br"] },
        new() { Level = CompressionLevel.NoCompression },
        new() { MinSize = 10 },
        new() { MaxSize = 100 },
        new() { MediaTypes = [""] },
        new() { MediaTypes = ["text/html; charset=utf-8"] },
    ];

    [Test]
    public void WhatIsOutOfItsRangeIsRefused([Range(0, 7)] int index) =>
        Assert.That(() => new HttpServer(new HttpServerOptions { Compression = Wrong[index] }), Throws.InstanceOf<ArgumentException>());
}
