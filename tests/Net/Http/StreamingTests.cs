using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>Responses that are sent while they are made: where they end, what holds them back, and what a handler may do wrong.</summary>
internal sealed class StreamingTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly string Date = Encoding.ASCII.GetString(ManualReactor.FixedDate);

    [Test]
    public void WithoutALengthItGoesInChunksWithTrailers()
    {
        using var client = Serving(static async context =>
        {
            context.AddHeader("Trailer"u8, "X-Sum"u8);
            var body = context.StartResponse(200, "text/plain");
            Assert.That(context.HasResponded, Is.True);
            Write(body, "hello");
            await body.FlushAsync();
            Write(body, ", ");
            Write(body, "world");
            body.AddTrailer("X-Sum"u8, "12"u8);
        });
        Assert.That(client.Ask(Get), Is.EqualTo($"HTTP/1.1 200 OK\r\nDate: {Date}\r\nTrailer: X-Sum\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 12\r\n\r\n"));
        Assert.That(client.IsOpen, Is.True);
        Assert.That(client.Ask(Get), Does.EndWith("X-Sum: 12\r\n\r\n"), "and again");
    }

    [Test]
    public void WithALengthItGoesAsItIs()
    {
        using var client = Serving(static context =>
        {
            var body = context.StartResponse(201, "text/plain", contentLength: 5);
            Write(body, "hello");
            Assert.That(() => body.AddTrailer("A"u8, "b"u8), Throws.InvalidOperationException);
            body.Complete();
            return default;
        });
        Assert.That(client.Ask(Get), Is.EqualTo($"HTTP/1.1 201 Created\r\nDate: {Date}\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void ForHttp10ItEndsWithTheConnection()
    {
        using var client = Serving(static context =>
        {
            Write(context.StartResponse(200, "text/plain"), "hello");
            return default;
        });
        Assert.That(client.Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), Is.EqualTo($"HTTP/1.1 200 OK\r\nDate: {Date}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nhello"));
        Assert.That(client.IsOpen, Is.False);
    }

    [Test]
    public void HeadHasTheFramingOfGetAndNoBody()
    {
        using var client = Serving(static context =>
        {
            Write(context.StartResponse(200, "text/plain"), "hello");
            return default;
        });
        Assert.That(client.Ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo($"HTTP/1.1 200 OK\r\nDate: {Date}\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void LargePiecesArriveWhole([Values(1, 1023, 1024, 16 * 1024, 100_000)] int piece, [Values] bool write)
    {
        var data = Enumerable.Range(0, 300_000).Select(static i => (byte)('a' + i * 7 % 26)).ToArray();
        using var client = Serving(async context =>
        {
            var body = context.StartResponse(200, "text/plain");
            for (var sent = 0; sent < data.Length; sent += piece)
            {
                var part = data.AsMemory(sent, Math.Min(piece, data.Length - sent));
                if (write)
                {
                    await body.WriteAsync(part);
                }
                else
                {
                    part.Span.CopyTo(body.GetSpan(part.Length));
                    body.Advance(part.Length);
                    if (sent % 3 == 0) await body.FlushAsync();
                }
            }
        });
        Assert.That(Unchunked(client.Ask(Get)), Is.EqualTo(Encoding.ASCII.GetString(data)));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void AFlushWaitsForASlowClientAndEndsWhenItHasTaken()
    {
        var flushed = 0;
        using var client = Serving(async context =>
        {
            var body = context.StartResponse();
            for (; flushed < 100; flushed++)
            {
                body.GetSpan(4096)[..4096].Fill((byte)'x');
                body.Advance(4096);
                var flush = await body.FlushAsync();
                Assert.That(flush.IsCompleted, Is.False);
            }
        });
        client.Send(Get);
        client.Reactor.RunPosted();
        Assert.That(flushed, Is.InRange(15, 17), "about the mark is queued, and no more");
        Assert.That(Unchunked(client.Take()), Has.Length.EqualTo(100 * 4096));
        Assert.That(flushed, Is.EqualTo(100));
    }

    [Test]
    public void AWaitingFlushCanBeCancelled([Values] bool byToken)
    {
        using var cancellation = new CancellationTokenSource();
        HttpResponseBody? body = null;
        var outcome = "";
        using var client = Serving(async context =>
        {
            body = context.StartResponse();
            body.GetSpan(100_000)[..100_000].Fill((byte)'x');
            body.Advance(100_000);
            try
            {
                outcome = (await body.FlushAsync(cancellation.Token)).IsCanceled ? "told" : "flushed";
            }
            catch (OperationCanceledException)
            {
                outcome = "thrown";
            }
            Write(body, "end");
        });
        client.Send(Get);
        Assert.That(outcome, Is.Empty);
        if (byToken) cancellation.Cancel();
        else body!.CancelPendingFlush();
        client.Reactor.RunPosted();
        Assert.That(outcome, Is.EqualTo(byToken ? "thrown" : "told"));
        Assert.That(Unchunked(client.Take()), Is.EqualTo(new string('x', 100_000) + "end"), "nothing is lost by it");
    }

    [Test]
    public void ACancellationThatComesLateEndsNoOtherFlush()
    {
        using var cancellation = new CancellationTokenSource();
        var flushes = 0;
        using var client = Serving(async context =>
        {
            var body = context.StartResponse();
            for (; flushes < 2; flushes++)
            {
                body.GetSpan(100_000)[..100_000].Fill((byte)'x');
                body.Advance(100_000);
                await body.FlushAsync(flushes == 0 ? cancellation.Token : default);
            }
        });
        client.Send(Get);
        var first = client.Reactor.Flush();
        cancellation.Cancel();
        client.Reactor.RunPosted();
        Assert.That(flushes, Is.EqualTo(1), "the second one waits");
        Assert.That(Unchunked(Encoding.ASCII.GetString(first) + client.Take()), Has.Length.EqualTo(200_000));
    }

    [Test]
    public void AClientThatGoesEndsTheFlush()
    {
        var isCompleted = false;
        var wasAborted = false;
        using var client = Serving(async context =>
        {
            var body = context.StartResponse();
            body.GetSpan(100_000)[..100_000].Fill((byte)'x');
            body.Advance(100_000);
            isCompleted = (await body.FlushAsync()).IsCompleted;
            wasAborted = context.Aborted.IsCancellationRequested;
            Assert.That((await body.FlushAsync()).IsCompleted, Is.True, "and every one after it");
            Write(body, "lost");
        });
        client.Send(Get);
        client.Reset();
        client.Reactor.RunPosted();
        Assert.That(isCompleted, Is.True);
        Assert.That(wasAborted, Is.True);
    }

    [Test]
    public void AHandlerThatFailsLeavesTheBodyWithoutItsEnd([Values] bool waits, [Values] bool completes)
    {
        using var client = Serving(async context =>
        {
            var body = context.StartResponse();
            Write(body, "begun");
            if (waits) await Task.Yield();
            if (completes) body.Complete(new InvalidOperationException("as asked"));
            else throw new InvalidOperationException("as asked");
        });
        var answer = client.Ask(Get);
        Assert.That(answer, Does.EndWith("\r\n\r\n5\r\nbegun\r\n"));
        Assert.That(client.IsOpen, Is.False);
        Assert.That(client.Errors, Has.Count.EqualTo(completes ? 0 : 1));
    }

    [Test]
    public void ABodyThatIsTooShortIsFoundOut()
    {
        using var client = Serving(static context =>
        {
            Write(context.StartResponse(contentLength: 10), "short");
            return default;
        });
        Assert.That(client.Ask(Get), Does.EndWith("Content-Length: 10\r\n\r\nshort"));
        Assert.That(client.IsOpen, Is.False);
        Assert.That(client.Errors.Single().Failure.Message, Does.Contain("5 bytes short"));
    }

    [Test]
    public void ABodyThatIsTooLongIsRefusedToTheHandler()
    {
        using var client = Serving(static context =>
        {
            var body = context.StartResponse(contentLength: 3);
            "four"u8.CopyTo(body.GetSpan(4));
            Assert.That(() => body.Advance(4), Throws.InvalidOperationException);
            body.Advance(3);
            Assert.That(() => body.WriteAsync(new byte[1]), Throws.InvalidOperationException);
            return default;
        });
        Assert.That(client.Ask(Get), Does.EndWith("Content-Length: 3\r\n\r\nfou"));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void WhatAHandlerMayNotDo()
    {
        HttpResponseBody? kept = null;
        using var client = new Conversation(server =>
        {
            server.Map(HttpMethod.Get, "/at-once", static context => context.StartResponse());
            server.MapAsync(HttpMethod.Get, "/", context =>
            {
                Assert.That(() => context.StartResponse(contentLength: -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
                Assert.That(() => context.StartResponse(99), Throws.InstanceOf<ArgumentOutOfRangeException>());
                Assert.That(() => context.StartResponse(204, contentLength: 1), Throws.ArgumentException);
                Assert.That(() => context.StartResponse(200, "a\r\nb: c"), Throws.ArgumentException);
                var body = kept = context.StartResponse();
                Assert.That(() => context.StartResponse(), Throws.InvalidOperationException);
                Assert.That(() => context.Respond(200), Throws.InvalidOperationException);
                Assert.That(() => context.AddHeader("A"u8, "b"u8), Throws.InvalidOperationException);
                Assert.That(() => body.AddTrailer("A"u8, "b\r\nc"u8), Throws.ArgumentException);
                Assert.That(() => body.AddTrailer("Content-Length"u8, "1"u8), Throws.ArgumentException);
                Assert.That(() => body.GetSpan(-1).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
                Assert.That(() => body.Advance(1), Throws.InstanceOf<ArgumentOutOfRangeException>());
                body.GetSpan(10);
                Assert.That(() => body.Advance(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
                body.Complete();
                body.Complete();
                Assert.That(() => body.GetSpan(1).Length, Throws.InvalidOperationException);
                Assert.That(() => body.FlushAsync(), Throws.InvalidOperationException);
                return default;
            });
        });
        Assert.That(client.Ask(Get), Does.EndWith("\r\n\r\n0\r\n\r\n"));
        Assert.That(client.Errors, Is.Empty);
        Assert.That(() => kept!.GetSpan(1).Length, Throws.InstanceOf<ObjectDisposedException>(), "its request is over");
        Assert.That(client.Ask("GET /at-once HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 500 "));
        Assert.That(client.Errors.Single().Failure.Message, Does.Contain("MapAsync"));
    }

    [Test]
    public void ABodyIsEchoedWhileItComes()
    {
        using var client = new Conversation(static server => server.MapAsync(HttpMethod.Post, "/", static async context =>
        {
            var reader = context.BodyReader;
            Assert.That(context.BodyReader, Is.SameAs(reader));
            var body = context.StartResponse(200, "text/plain");
            while (true)
            {
                var read = await reader.ReadAsync();
                foreach (var part in read.Buffer) body.Write(part.Span);
                reader.AdvanceTo(read.Buffer.End);
                await body.FlushAsync();
                if (read.IsCompleted) break;
            }
            foreach (var trailer in context.Trailers) body.AddTrailer(trailer.Name, trailer.Value);
        }));
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        Assert.That(client.Take(), Does.EndWith("3\r\nabc\r\n"), "before the rest has come");
        Assert.That(client.Ask("4\r\ndefg\r\n0\r\nX-Sum:  7\t\r\nX-Empty:\r\n\r\n"), Is.EqualTo("4\r\ndefg\r\n0\r\nX-Sum: 7\r\nX-Empty: \r\n\r\n"));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void AReadOfTheBodyCanBeCancelledAndLosesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        var reads = new List<string>();
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            var buffer = new byte[10];
            try
            {
                await context.ReadBodyAsync(buffer, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                reads.Add("cancelled");
            }
            reads.Add(Encoding.ASCII.GetString(buffer, 0, await context.BodyStream.ReadAsync(buffer)));
            context.Respond(200);
        }));
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
        cancellation.Cancel();
        client.Reactor.RunPosted();
        Assert.That(client.Ask("abc"), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(reads, Is.EqualTo(new[] { "cancelled", "abc" }));
    }

    [Test]
    public void EventsAreFramedByLines()
    {
        using var client = Serving(static async context =>
        {
            var events = context.StartEventStream();
            Assert.That(await events.SendAsync("one"), Is.True);
            await events.SendAsync("two\nlines\r\nor\rfour", "tick", "7", TimeSpan.FromSeconds(3));
            await events.SendKeepAliveAsync();
            Assert.That(() => events.SendAsync("x", "a\nb"), Throws.ArgumentException);
            Assert.That(() => events.SendAsync("x", id: "a\0"), Throws.ArgumentException);
        });
        var answer = client.Ask(Get);
        Assert.That(answer, Does.Contain("Cache-Control: no-store\r\n").And.Contain("Content-Type: text/event-stream\r\n"));
        Assert.That(Unchunked(answer), Is.EqualTo("data: one\n\nevent: tick\nid: 7\nretry: 3000\ndata: two\ndata: lines\ndata: or\ndata: four\n\n:\n\n"));
    }

    private static Conversation Serving(Func<HttpContext, ValueTask> handler) => new(server => server.MapAsync(HttpMethod.Get, "/", handler));

    private static void Write(PipeWriter body, string text) => body.Write(Encoding.ASCII.GetBytes(text));

    /// <summary>The body of a response in chunks, which must be its last.</summary>
    private static string Unchunked(string response)
    {
        var body = new StringBuilder();
        var at = response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        while (true)
        {
            var end = response.IndexOf("\r\n", at, StringComparison.Ordinal);
            var size = Convert.ToInt32(response[at..end], 16);
            if (size == 0) break;
            body.Append(response, end + 2, size);
            at = end + 2 + size;
            Assert.That(response.Substring(at, 2), Is.EqualTo("\r\n"));
            at += 2;
        }
        Assert.That(response[at..], Is.EqualTo("0\r\n\r\n"));
        return body.ToString();
    }
}
