using System.Net.Sockets;
using FastCore.Net.Http;
using FastCore.Net.Http.Files;
using FastCore.Net.Transport;
using FastCore.Tracing;

namespace FastCore.Net.Tests.Http;

/// <summary>The server over real sockets, on every transport.</summary>
internal sealed class ServerTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly Point Origin = new(0, 0);

    [Test]
    public void WhatReactorsReceiveAndSendIsCounted()
    {
        const string Request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        var server = Start();
        using (var client = new HttpPeer(server))
        {
            for (var i = 0; i < 3; i++) Assert.That(client.Ask(Request).Body, Is.EqualTo("hello"));
        }
        Until(() => server.Counters.Connections == 0);
        var counters = server.Reactors[0].Counters;
        Assert.That(counters.Received, Is.EqualTo(3 * Request.Length));
        Assert.That(counters.Sent, Is.GreaterThan(3 * "HTTP/1.1 200 OK".Length).And.LessThan(3 * 1000));
    }

    [Test]
    public void ServesTheWholeCorpusOnOneConnectionInSegmentsOfEverySort()
    {
        using var client = new HttpPeer(Start());
        foreach (var (text, body) in RequestCorpus.Served)
        {
            Assert.That(client.Ask(text), Is.EqualTo((200, body)), "whole");
            foreach (var c in text) client.Send(c.ToString());
            Assert.That(client.Read(), Is.EqualTo((200, body)), "byte by byte");
            client.Send(text[..(text.Length / 2)]);
            client.Send(text[(text.Length / 2)..] + text);
            Assert.That((client.Read(), client.Read()), Is.EqualTo(((200, body), (200, body))), "cut in the middle and pipelined");
        }
    }

    [Test]
    public void RefusesTheWholeCorpusAndTheClientCanReadWhy()
    {
        var server = Start();
        foreach (var request in RequestCorpus.Refused)
        {
            using var client = new HttpPeer(server);
            // Much more than the server reads of it: with a plain close, the reset would destroy the answer (RFC 9112 §9.6).
            client.Send(request.Text);
            client.Peer.Send(new byte[1 << 20]);
            client.Peer.FinishSending();
            Assert.That(client.Read().Status, Is.EqualTo(request.Status), request.Name);
            client.ExpectEnd();
        }
        Assert.That(server.Counters.Refused, Is.EqualTo(RequestCorpus.Refused.Length));
    }

    /// <summary>With receive buffers of few bytes each, the engine's own boundaries fall everywhere.</summary>
    [Test]
    public void ServesTheCorpusThroughTinyReceiveBuffers([Values(16, 17, 31)] int size)
    {
        var server = Start(options: new HttpServerOptions { Reactors = 1, ReceiveBufferSize = size, ReceiveBufferCount = 8 });
        using var client = new HttpPeer(server);
        client.Send(string.Concat(RequestCorpus.Served.Select(static request => request.Text)));
        foreach (var (_, body) in RequestCorpus.Served) Assert.That(client.Read(), Is.EqualTo((200, body)));
    }

    [Test]
    public void AnswersABatchOfPipelinedRequests()
    {
        using var client = new HttpPeer(Start());
        client.Send(string.Concat(Enumerable.Repeat(Get, 1000)));
        for (var i = 0; i < 1000; i++) Assert.That(client.Read(), Is.EqualTo((200, "hello")));
    }

    [Test]
    public void SendsAndReceivesLargeBodies()
    {
        using var client = new HttpPeer(Start());
        var text = System.Text.Encoding.Latin1.GetString(SmallApplication.Large);
        for (var i = 0; i < 20; i++) client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        for (var i = 0; i < 20; i++) Assert.That(client.Read() == (200, text), Is.True);
        client.Send($"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        Assert.That(client.Read() == (200, text), Is.True);
        client.Send($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        Assert.That(client.Read() == (200, text), Is.True);
    }

    [Test]
    public void WhatIsQueuedWhenTheConnectionClosesStillArrives()
    {
        using var client = new HttpPeer(Start(), receiveBuffer: 4096);
        var text = System.Text.Encoding.Latin1.GetString(SmallApplication.Large);
        for (var i = 0; i < 9; i++) client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        client.Send("GET /large-prepared HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Get);
        for (var i = 0; i < 10; i++) Assert.That(client.Read() == (200, text), Is.True);
        client.ExpectEnd();
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    public void SteadyRequestsAllocateNothing(bool traced, bool json)
    {
        if (traced) Tracer.Start();
        // In windows, since the runtime itself allocates a few bytes on the thread now and then; what a request allocated
        // would be in every window.
        const int Window = 2_000, Windows = 60, Free = 5;
        var allocated = new long[Windows + 1];
        var count = 0;
        var server = Start(server => server.Map(HttpMethod.Get, "/", context =>
        {
            if (count % Window == 0) allocated[count / Window] = GC.GetAllocatedBytesForCurrentThread();
            count++;
            if (json) context.RespondJson(Origin, PointJson.Default.Point);
            else context.Respond(SmallApplication.Hello);
        }));
        using var client = new HttpPeer(server);
        var batch = string.Concat(Enumerable.Repeat(Get, 8));
        long[] perWindow;
        do
        {
            for (var next = count + Window; count < next;)
            {
                client.Send(batch);
                for (var j = 0; j < 8; j++) client.Read();
            }
            perWindow = [.. allocated.Take(1 + ((count - 1) / Window)).Skip(1).Zip(allocated, static (after, before) => after - before)];
        }
        while (perWindow.Count(static bytes => bytes == 0) < Free && count <= Window * (Windows - 2));
        Tracer.Stop();
        Assert.That(perWindow.Count(static bytes => bytes == 0), Is.GreaterThanOrEqualTo(Free), () => $"bytes per {Window} requests: {string.Join(", ", perWindow)}");
    }

    /// <summary>What an answer of 100 000 bytes and more copies is its head.</summary>
    [Test]
    public void ALargeBodyIsNotCopied([Values("/large", "/large-prepared", "/streamed", "/file/large.bin")] string path, [Values] bool isPart)
    {
        var folder = Directory.CreateTempSubdirectory("fastcore-copies-").FullName;
        try
        {
            File.WriteAllBytes(Path.Join(folder, "large.bin"), SmallApplication.Large);
            var server = Start(server =>
            {
                SmallApplication.Map(server);
                server.MapFiles("/file/", folder);
                server.MapAsync(HttpMethod.Get, "/streamed", static async context => await context.StartResponse(200, "text/plain", SmallApplication.Large.Length).WriteAsync(SmallApplication.Large));
            });
            using var client = new HttpPeer(server);
            var request = $"GET {path} HTTP/1.1\r\nHost: a\r\n{(isPart ? "Range: bytes=1000-99999\r\n" : "")}\r\n";
            for (var i = 0; i < 3; i++)
            {
                var before = server.Reactors[0].Counters.Copied;
                var (_, body) = client.Ask(request);
                var copied = server.Reactors[0].Counters.Copied - before;
                Assert.That(body, Has.Length.EqualTo(SmallApplication.Large.Length - (isPart && path.StartsWith("/file", StringComparison.Ordinal) ? 1000 : 0)));
                Assert.That(copied, Is.InRange(1, 400), "bytes of the head");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void AnOffloadedHandlerAnswersInJson()
    {
        using var client = new HttpPeer(Start(static server => server.MapOffloaded(HttpMethod.Get, "/", static context => context.RespondJson(Origin, PointJson.Default.Point))));
        Assert.That(client.Ask(Get), Is.EqualTo((200, """{"X":0,"Y":0}""")));
    }

    [Test]
    public void AClientThatNeverReadsIsEndedAndTheOthersDoNotNotice()
    {
        var server = Start(options: new HttpServerOptions { Reactors = 1, SendStallTimeout = TimeSpan.FromMilliseconds(300) });
        using var stalled = new HttpPeer(server, receiveBuffer: 4096);
        stalled.Send(string.Concat(Enumerable.Repeat("GET /large HTTP/1.1\r\nHost: a\r\n\r\n", 200)));
        using var other = new HttpPeer(server);
        Until(() =>
        {
            Assert.That(other.Ask(Get), Is.EqualTo((200, "hello")));
            return server.Counters.Connections == 1;
        });
    }

    [Test]
    public void ASlowHeadAndASlowBodyAreRefusedAndTheOthersDoNotNotice()
    {
        var server = Start(options: new HttpServerOptions { Reactors = 1, HeaderTimeout = TimeSpan.FromMilliseconds(200), BodyTimeout = TimeSpan.FromMilliseconds(200) });
        using var head = new HttpPeer(server);
        using var body = new HttpPeer(server);
        using var streamed = new HttpPeer(server);
        head.Send("GET / HTTP/1.1\r\n");
        body.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
        streamed.Send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
        using var other = new HttpPeer(server);
        Assert.That(other.Ask(Get), Is.EqualTo((200, "hello")));
        foreach (var slow in new[] { head, body, streamed })
        {
            Assert.That(slow.Read().Status, Is.EqualTo(408));
            slow.ExpectEnd();
        }
        Assert.That(other.Ask(Get), Is.EqualTo((200, "hello")));
    }

    [Test]
    public void ASilentClientIsClosed()
    {
        using var client = new HttpPeer(Start(options: new HttpServerOptions { Reactors = 1, KeepAliveTimeout = TimeSpan.FromMilliseconds(100) }));
        client.ExpectEnd();
    }

    [Test]
    public void AClientThatFinishesSendingGetsItsAnswers()
    {
        using var client = new HttpPeer(Start());
        client.Send(Get + "GET /yield?x HTTP/1.1\r\nHost: a\r\n\r\n");
        client.Peer.FinishSending();
        Assert.That((client.Read(), client.Read()), Is.EqualTo(((200, "hello"), (200, "x"))));
        client.ExpectEnd();
    }

    [Test]
    public void ClientsThatResetAtEveryMomentLeaveNothing()
    {
        var gate = new TaskCompletionSource();
        var server = Start(server =>
        {
            SmallApplication.Map(server);
            server.MapAsync(HttpMethod.Get, "/wait", async context =>
            {
                await gate.Task;
                context.Respond(200);
            });
        });
        string[] beginnings =
        [
            "", "GET / HT", Get, Get + "GET", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123", "POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123",
            "POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12", "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" + Get,
            "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123", "\0", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ];
        for (var i = 0; i < beginnings.Length * 10; i++)
        {
            using var client = new HttpPeer(server);
            client.Send(beginnings[i % beginnings.Length]);
            client.Peer.Reset();
        }
        using var other = new HttpPeer(server);
        Assert.That(other.Ask(Get), Is.EqualTo((200, "hello")));
        gate.SetResult();
        Until(() => server.Counters is { Connections: 1, Exchanges: 0 });
    }

    [Test]
    public async Task AGracefulStopAnswersWhatHasBegun()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource();
        var server = Start(server =>
        {
            SmallApplication.Map(server);
            server.MapAsync(HttpMethod.Get, "/wait", async context =>
            {
                begun.SetResult();
                await gate.Task;
                context.Respond("late"u8, "text/plain");
            });
        });
        using var idle = new HttpPeer(server);
        Assert.That(idle.Ask(Get), Is.EqualTo((200, "hello")));
        using var waiting = new HttpPeer(server);
        waiting.Send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
        await begun.Task;

        var stop = server.StopAsync(TimeSpan.FromSeconds(30));
        idle.ExpectEnd();
        idle.Dispose();
        Assert.That(() => new HttpPeer(server), Throws.InstanceOf<SocketException>(), "nothing more is accepted");
        Assert.That(stop.IsCompleted, Is.False);
        gate.SetResult();
        Assert.That(waiting.Read(), Is.EqualTo((200, "late")));
        waiting.ExpectEnd();
        waiting.Dispose();
        await stop;
    }

    [Test]
    public async Task AStopAbortsAtItsLimit()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Start(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            begun.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(context.Aborted);
        }));
        using var client = new HttpPeer(server);
        client.Send(Get);
        await begun.Task;
        await server.StopAsync(TimeSpan.FromMilliseconds(50));
        client.Peer.Drain();
    }

    /// <summary>Clients ask without pause while the server stops: each gets whole answers only, and the last says close or is none.</summary>
    [Test]
    public async Task StopsUnderLoad()
    {
        var server = Start(options: new HttpServerOptions { Reactors = 2 });
        var answered = 0;
        var clients = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            try
            {
                using var client = new HttpPeer(server);
                while (true)
                {
                    client.Send(Get + Get);
                    Assert.That(client.Read(), Is.EqualTo((200, "hello")));
                    Assert.That(client.Read(), Is.EqualTo((200, "hello")));
                    Interlocked.Increment(ref answered);
                }
            }
            catch (Exception end) when (end is SocketException or EndOfStreamException)
            {
                // The server has gone, as it should.
            }
        })).ToArray();
        Until(() => Volatile.Read(ref answered) > 200);
        await server.StopAsync(TimeSpan.FromSeconds(10));
        await Task.WhenAll(clients);
        Assert.That(server.Counters.Connections, Is.Zero);
    }

    [Test]
    public void SeveralReactorsShareAPort()
    {
        var server = Start(options: new HttpServerOptions { Reactors = 3 });
        Assert.That(server.Reactors, Has.Count.EqualTo(3));
        Assert.That(server.Transport.Kind, Is.EqualTo(Kind));
        for (var i = 0; i < 30; i++)
        {
            using var client = new HttpPeer(server);
            Assert.That(client.Ask(Get), Is.EqualTo((200, "hello")));
        }
        Assert.That(server.Counters.Requests, Is.EqualTo(30));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void APortInUseIsSaidAndNothingIsLeft(int reactors)
    {
        var first = Start(options: new HttpServerOptions { Reactors = reactors });
        var second = new HttpServer(new HttpServerOptions { EndPoint = first.EndPoint, Transport = Kind, Reactors = reactors });
        var refused = Assert.Throws<SocketException>(second.Start);
        Assert.That(refused!.SocketErrorCode, Is.EqualTo(SocketError.AddressAlreadyInUse));
        Assert.That(refused.Message, Does.Contain(first.EndPoint.ToString()));
        second.Dispose();
    }

    [Test]
    public void AServerIsStartedOnce()
    {
        var server = Start();
        Assert.That(server.Start, Throws.InvalidOperationException);
        Assert.That(() => server.Map(HttpMethod.Get, "/late", static _ => { }), Throws.InvalidOperationException);
        var never = new HttpServer();
        Assert.That(() => never.EndPoint, Throws.InvalidOperationException);
        never.Dispose();
        Assert.That(never.Start, Throws.InvalidOperationException);
    }

    [Test]
    public void HandlersSeeTheClientsAddress()
    {
        var server = Start(static server => server.Map(HttpMethod.Get, "/", static context => context.Respond(context.RemoteEndPoint!.ToString())));
        using var client = new HttpPeer(server);
        Assert.That(client.Ask(Get).Body, Is.EqualTo(client.Peer.Socket.LocalEndPoint!.ToString()));
    }
}
