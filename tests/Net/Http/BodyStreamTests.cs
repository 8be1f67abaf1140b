using System.Text;
using System.Text.Json;
using FastCore.Net.Http;
using FastCore.Net.Transport;
using FastCore.Scheduling;

namespace FastCore.Net.Tests.Http;

/// <summary>The body as a stream in the hands of code that knows nothing of reactors, on the reactor and on the scheduler.</summary>
internal sealed class BodyStreamTests(TransportKind kind) : HttpServerTest(kind)
{
    /// <summary>How the body is read, by whom.</summary>
    public enum Reader
    {
        /// <summary>One read after the other, told to go on wherever it likes.</summary>
        Bare,

        /// <summary>A task within a task, each told the same.</summary>
        StreamReader,

        Json,

        Pipe,

        Copy,
    }

    [Test]
    public void StockCodeReadsItInPieces([Values] bool onScheduler, [Values] Reader reader)
    {
        var server = Start(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            var scheduler = Scheduler.Current;
            Assert.That(scheduler, onScheduler ? Is.Not.Null : Is.Null);
            var text = await ReadAsync(context, reader, scheduler);
            Assert.That(Scheduler.Current, Is.SameAs(scheduler), "the handler goes on where it was");
            context.Respond(Encoding.ASCII.GetBytes(text).AsSpan(), "text/plain");
        }), new HttpServerOptions { Reactors = 1, AsyncHandlersOnScheduler = onScheduler });
        using var client = new HttpPeer(server);
        const int Pieces = 20;
        const int Length = 50;
        client.Send($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Pieces * Length + 2}\r\n\r\n\"");
        var all = new StringBuilder();
        for (var i = 0; i < Pieces; i++)
        {
            var piece = new string((char)('a' + i), Length);
            all.Append(piece);
            client.Send(piece);
            ComeRound(server.Reactors[0]);
        }
        client.Send("\"");
        Assert.That(client.Read(), Is.EqualTo((200, all.ToString())));
    }

    [Test]
    public void AHandlerMaySayThatItGoesOnAnywhere([Values] bool onScheduler)
    {
        var server = Start(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            var buffer = new byte[10];
            var count = 0;
            int read;
            while ((read = await context.BodyStream.ReadAsync(buffer).ConfigureAwait(false)) > 0) count += read;
            context.Respond(Encoding.ASCII.GetBytes($"{count}").AsSpan(), "text/plain");
        }), new HttpServerOptions { Reactors = 1, AsyncHandlersOnScheduler = onScheduler });
        using var client = new HttpPeer(server);
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n");
        for (var i = 0; i < 3; i++)
        {
            ComeRound(server.Reactors[0]);
            client.Send("0123456789");
        }
        Assert.That(client.Read(), Is.EqualTo((200, "30")));
    }

    [Test]
    public void WhoeverReadsFromAPlainThreadGoesOnOnOne()
    {
        using var reading = new ManualResetEventSlim();
        var server = Start(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            var stream = context.BodyStream;
            var isOnPool = await Task.Run(async () =>
            {
                var read = stream.ReadAsync(new byte[3]);
                reading.Set();
                await read;
                return Thread.CurrentThread.IsThreadPoolThread;
            });
            context.Respond(isOnPool ? "pool" : "reactor");
        }), new HttpServerOptions { Reactors = 1 });
        using var client = new HttpPeer(server);
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
        Assert.That(reading.Wait(Hang.Milliseconds), Is.True);
        ComeRound(server.Reactors[0]);
        client.Send("abc");
        Assert.That(client.Read(), Is.EqualTo((200, "pool")));
    }

    [Test]
    public void AfterItsHandlerItReadsNobodyElsesBody()
    {
        Stream? kept = null;
        var server = Start(server => server.MapAsync(HttpMethod.Post, "/", context =>
        {
            kept ??= context.BodyStream;
            context.Respond("done"u8, "text/plain");
            return default;
        }), new HttpServerOptions { Reactors = 1 });
        using var client = new HttpPeer(server);
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        Assert.That(client.Read(), Is.EqualTo((200, "done")));
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
        Assert.That(async () => await kept!.ReadAsync(new byte[3]), Throws.InstanceOf<ObjectDisposedException>());
        client.Send("abc");
        Assert.That(client.Read(), Is.EqualTo((200, "done")));
    }

    // What has been sent before has been read, as far as it will be.
    private static void ComeRound(Reactor reactor)
    {
        for (var i = 0; i < 2; i++)
        {
            using var round = new ManualResetEventSlim();
            reactor.Post(round.Set);
            round.Wait();
        }
    }

    private static async Task<string> ReadAsync(HttpContext context, Reader reader, Scheduler? scheduler)
    {
        switch (reader)
        {
            case Reader.Bare:
                var bytes = new MemoryStream();
                var buffer = new byte[7];
                var stream = context.BodyStream;
                int count;
                while ((count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                {
                    Assert.That(Scheduler.Current, Is.SameAs(scheduler), "a read comes back to where it came from");
                    bytes.Write(buffer, 0, count);
                }
                return Encoding.ASCII.GetString(bytes.ToArray()).Trim('"');
            case Reader.StreamReader:
                using (var text = new StreamReader(context.BodyStream, Encoding.ASCII, bufferSize: 16)) return (await text.ReadToEndAsync()).Trim('"');
            case Reader.Json:
                return (await JsonSerializer.DeserializeAsync<string>(context.BodyStream))!;
            case Reader.Pipe:
                while (true)
                {
                    var read = await context.BodyReader.ReadAsync();
                    if (read.IsCompleted) return Encoding.ASCII.GetString(read.Buffer).Trim('"');
                    context.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                }
            default:
                var copy = new MemoryStream();
                await context.BodyStream.CopyToAsync(copy);
                return Encoding.ASCII.GetString(copy.ToArray()).Trim('"');
        }
    }
}
