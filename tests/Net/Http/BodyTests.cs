using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>Bodies that are held back, too large, cut off, not read, or waited for with 100-continue.</summary>
internal sealed class BodyTests
{
    private static string Post(string path, string fields, string body = "") => $"POST {path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n{body}";

    private static HttpServerOptions Small => new() { MaxBufferedBodySize = 10, MaxRequestBodySize = 20 };

    [TestCase("/", 10)]
    [TestCase("/stream", 20)]
    public void ABodyOfTheLimitIsServedAndOneByteMoreIsNot(string path, int limit)
    {
        foreach (var chunked in new[] { false, true })
        {
            foreach (var length in new[] { limit, limit + 1 })
            {
                using var client = new Conversation(options: Small);
                var body = new string('x', length);
                client.Send(chunked ? Post(path, "Transfer-Encoding: chunked\r\n", $"{5:x}\r\n{body[..5]}\r\n{length - 5:x}\r\n{body[5..]}\r\n0\r\n\r\n") : Post(path, $"Content-Length: {length}\r\n", body));
                Assert.That(client.Output, length == limit ? Is.EqualTo(SmallApplication.Ok(body)) : Does.StartWith("HTTP/1.1 413 Content Too Large\r\n"));
                Assert.That(client.IsOpen, Is.EqualTo(length == limit));
                Assert.That(client.Errors, Is.Empty);
            }
        }
    }

    [Test]
    public void ALengthThatIsTooLargeIsRefusedBeforeTheBody()
    {
        using var client = new Conversation();
        Assert.That(client.Ask(Post("/", "Content-Length: 1048577\r\n")), Does.StartWith("HTTP/1.1 413 "));
        using var chunked = new Conversation();
        Assert.That(chunked.Ask(Post("/", "Transfer-Encoding: chunked\r\n", "100001\r\n")), Does.StartWith("HTTP/1.1 413 "));
    }

    [TestCase("/")]
    [TestCase("/stream")]
    public void AClientThatAsksIsToldToContinue(string path)
    {
        using var client = new Conversation();
        Assert.That(client.Ask(Post(path, "Expect: 100-continue\r\nContent-Length: 5\r\n")), Is.EqualTo("HTTP/1.1 100 Continue\r\n\r\n"));
        Assert.That(client.Ask("he"), Is.Empty);
        Assert.That(client.Ask("llo"), Is.EqualTo(SmallApplication.Ok("hello")));
    }

    [TestCase("/")]
    [TestCase("/stream")]
    public void AClientThatDoesNotWaitIsNotToldToContinue(string path)
    {
        using var client = new Conversation();
        Assert.That(client.Ask(Post(path, "Expect: 100-continue\r\nContent-Length: 5\r\n", "hel")), Is.Empty);
        Assert.That(client.Ask("lo"), Is.EqualTo(SmallApplication.Ok("hello")));
        Assert.That(client.Ask(Post(path, "Expect: 100-continue\r\nContent-Length: 0\r\n")), Is.EqualTo(SmallApplication.Ok("")));
    }

    [Test]
    public void AClientThatAsksIsToldNotToSendWhatNobodyReads()
    {
        using var client = new Conversation();
        Assert.That(client.Ask(Post("/ignore", "Expect: 100-continue\r\nContent-Length: 5\r\n")), Is.EqualTo(SmallApplication.Response("200 OK", "ignored", close: true)));
        Assert.That(client.IsOpen, Is.False, "whether the body comes can't be known");
        using var missing = new Conversation();
        Assert.That(missing.Ask(Post("/missing", "Expect: 100-continue\r\nContent-Length: 5\r\n")), Does.StartWith("HTTP/1.1 404 "));
        Assert.That(missing.IsOpen, Is.False);
    }

    [Test]
    public void TheLengthOfPostMustBeGivenUnlessThatIsSwitchedOff()
    {
        using var strict = new Conversation();
        Assert.That(strict.Ask(Post("/", "")), Does.StartWith("HTTP/1.1 411 Length Required\r\n"));
        Assert.That(strict.IsOpen, Is.False);
        using var lax = new Conversation(options: new HttpServerOptions { RequireLength = false });
        Assert.That(lax.Ask(Post("/", "")), Is.EqualTo(SmallApplication.Ok("")));
    }

    [TestCase("/missing", "404")]
    [TestCase("/throws", "405")]
    public void TheBodyOfAnAnswerWithoutAHandlerIsSkipped(string path, string status)
    {
        using var client = new Conversation();
        Assert.That(client.Ask(Post(path, "Content-Length: 5\r\n", "GET /")), Does.StartWith($"HTTP/1.1 {status} "));
        Assert.That(client.Ask(Post(path, "Transfer-Encoding: chunked\r\n", "5\r\nGET /\r\n")), Does.StartWith($"HTTP/1.1 {status} "));
        Assert.That(client.Ask("0\r\n\r\n" + Post("/", "Content-Length: 1\r\n", "x")), Is.EqualTo(SmallApplication.Ok("x")));
    }

    [Test]
    public void ALongBodyThatNobodyReadsEndsTheConnection()
    {
        using var client = new Conversation();
        Assert.That(client.Ask(Post("/ignore", "Content-Length: 65537\r\n")), Is.EqualTo(SmallApplication.Response("200 OK", "ignored", close: true)));
        Assert.That(client.IsOpen, Is.False);
        using var chunked = new Conversation();
        Assert.That(chunked.Ask(Post("/ignore", "Transfer-Encoding: chunked\r\n", "20000\r\n")), Is.EqualTo(SmallApplication.Ok("ignored")));
        for (var i = 0; i < 16; i++) chunked.Send(new string('x', 4096));
        Assert.That(chunked.IsOpen, Is.False, "how long it is came out late");
    }

    [TestCase("/")]
    [TestCase("/stream")]
    public void ABodyThatIsCutOffIsRefused(string path)
    {
        foreach (var body in new[] { "", "he" })
        {
            using var client = new Conversation();
            client.Send(Post(path, "Content-Length: 5\r\n", body));
            client.FinishSending();
            Assert.That(client.Output, Does.StartWith("HTTP/1.1 400 "));
            Assert.That(client.IsOpen, Is.False);
            Assert.That(client.Errors, Is.Empty);
        }
    }

    [Test]
    public void AClientThatFinishesSendingGetsAllItsAnswers()
    {
        using var client = new Conversation();
        client.Send("GET /yield?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /yield?2 HTTP/1.1\r\nHost: a\r\n\r\n");
        client.FinishSending();
        Assert.That(client.Output, Is.EqualTo(SmallApplication.Ok("1") + SmallApplication.Ok("2")));
        Assert.That(client.IsOpen, Is.False);
    }

    [Test]
    public void AHeadThatIsCutOffIsRefused()
    {
        using var client = new Conversation();
        client.Send("GET / HTTP/1.1\r\nHo");
        client.FinishSending();
        Assert.That(client.Output, Does.StartWith("HTTP/1.1 400 "));
        using var silent = new Conversation();
        silent.FinishSending();
        Assert.That(silent.Output, Is.Empty);
        Assert.That(silent.IsOpen, Is.False);
    }

    [Test]
    public void AHandlerThatDoesNotReadHoldsTheClientBack()
    {
        var gate = new TaskCompletionSource();
        long read = 0;
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            await gate.Task;
            var buffer = new byte[50_000];
            int count;
            while ((count = await context.ReadBodyAsync(buffer)) > 0) read += count;
            context.Respond(200);
        }));
        client.Send(Post("/", "Content-Length: 200000\r\n"));
        var sent = 0;
        while (client.IsReceiving && sent < 200_000)
        {
            client.Send(new string('x', 4000));
            sent += 4000;
        }
        Assert.That(sent, Is.LessThan(100_000), "receiving stops");
        gate.SetResult();
        Assert.That(client.Output, Is.Empty);
        Assert.That(read, Is.EqualTo(sent));
        Assert.That(client.IsReceiving, Is.True, "and goes on");
        client.Send(new string('x', 200_000 - sent));
        Assert.That(client.Output, Does.StartWith("HTTP/1.1 200 "));
    }

    [Test]
    public void AClientThatDoesNotReadIsHeldBack()
    {
        using var client = new Conversation();
        const string Get = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
        client.Send(string.Concat(Enumerable.Repeat(Get, 10)));
        Assert.That(client.Requests, Is.EqualTo(3), "above 256 KiB of answers no further request is taken up");
        Assert.That(client.IsReceiving, Is.False);
        Assert.That(client.Output.Split("HTTP/1.1 200 OK"), Has.Length.EqualTo(11), "and once they are read, all are");
        Assert.That(client.IsReceiving, Is.True);
    }

    [Test]
    public void AReadThatNobodyAwaitsEndsWithItsHandler()
    {
        ValueTask<int> orphan = default;
        Exception? failure = null;
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Post, "/", context =>
        {
            orphan = context.ReadBodyAsync(new byte[10]);
            var awaiter = orphan.GetAwaiter();
            awaiter.UnsafeOnCompleted(() =>
            {
                try
                {
                    awaiter.GetResult();
                }
                catch (Exception caught)
                {
                    failure = caught;
                }
            });
            context.Respond(200);
            return default;
        }));
        client.Ask(Post("/", "Content-Length: 5\r\n"));
        Assert.That(failure, Is.InstanceOf<ObjectDisposedException>());
        client.Ask("hello");
        Assert.That(client.Ask(Post("/", "Content-Length: 1\r\n", "x")), Does.StartWith("HTTP/1.1 200 "));
    }

    [Test]
    public void TwoReadsAtOnceAreRefused()
    {
        using var client = new Conversation(static server => server.MapAsync(HttpMethod.Post, "/", static async context =>
        {
            var first = context.ReadBodyAsync(new byte[10]);
            Assert.That(() => context.ReadBodyAsync(new byte[10]), Throws.InvalidOperationException);
            Assert.That(await first, Is.EqualTo(5));
            context.Respond(200);
        }));
        client.Send(Post("/", "Content-Length: 5\r\n"));
        Assert.That(client.Ask("hello"), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(client.Errors, Is.Empty);
    }

    [Test]
    public void AResetEndsTheRead()
    {
        Exception? failure = null;
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            try
            {
                await context.ReadBodyAsync(new byte[10]);
            }
            catch (IOException caught)
            {
                failure = caught;
                throw;
            }
        }));
        client.Send(Post("/", "Content-Length: 5\r\n"));
        client.Reset();
        Assert.That(failure, Is.Not.Null);
        Assert.That(client.Errors, Is.Empty);
    }

    [Test]
    public void AHandlerMayAnswerAFaultOfTheBodyItself()
    {
        using var client = new Conversation(static server => server.MapAsync(HttpMethod.Post, "/", static async context =>
        {
            try
            {
                while (await context.ReadBodyAsync(new byte[10]) > 0) { }
            }
            catch (HttpRequestRejectedException fault)
            {
                context.Respond(422, "own answer"u8, "text/plain");
                Assert.That(fault.StatusCode, Is.EqualTo(400));
            }
        }));
        Assert.That(client.Ask(Post("/", "Transfer-Encoding: chunked\r\n", "x\r\n")), Is.EqualTo(SmallApplication.Response("422 Unprocessable Content", "own answer", close: true)));
        Assert.That(client.IsOpen, Is.False);
        Assert.That(client.Errors, Is.Empty);
    }
}
