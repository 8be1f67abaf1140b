using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Transport;
using FastCore.Scheduling;
using FastCore.Tracing;

namespace FastCore.Net.Tests.Http;

/// <summary>Handlers on the scheduler: that they see what the others see, hold up nobody, and outlive clients and servers.</summary>
[NonParallelizable]
internal sealed class OffloadTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    // What a blocked handler waits for. Set at the end of the test at the latest.
    private ManualResetEventSlim _gate = null!;
    private ManualResetEventSlim _entered = null!;

    [SetUp]
    public void MakeGate()
    {
        _gate = new ManualResetEventSlim();
        _entered = new ManualResetEventSlim();
    }

    [TearDown]
    public void OpenGate() => _gate.Set();

    [Test]
    public void AHandlerOnAWorkerSeesItsRequestAndAnswersIt()
    {
        var server = Start(static server =>
        {
            server.MapOffloaded(HttpMethod.Post, "/item/{id}", static context =>
            {
                Assert.That(Scheduler.Current, Is.Not.Null);
                Assert.That(context.RemoteEndPoint!.Port, Is.Not.Zero);
                Assert.That(context.HasResponded, Is.False);
                context.AddHeader("X-Query", Encoding.ASCII.GetString(context.Query));
                context.Respond([.. context.RouteValue, .. ":"u8, .. context.Body], "text/plain");
                Assert.That(context.HasResponded, Is.True);
                Assert.That(() => context.Respond(200), Throws.InvalidOperationException);
                Assert.That(() => context.AddHeader("A"u8, "b"u8), Throws.InvalidOperationException);
            });
            server.Map(HttpMethod.Get, "/", static context => context.Respond(SmallApplication.Hello));
        });
        using var client = new HttpPeer(server);
        Assert.That(client.Ask("POST /item/7?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), Is.EqualTo((200, "7:abc")), "whole");
        client.Send("POST /item/8 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n");
        client.Send("abc\r\n0\r\n\r\n" + Get);
        Assert.That(client.Read(), Is.EqualTo((200, "8:abc")), "in pieces");
        Assert.That(client.Read(), Is.EqualTo((200, "hello")), "the next one waits, and is answered on the reactor");
    }

    [Test]
    public void EveryWayToAnswerWorks()
    {
        var server = Start(static server =>
        {
            server.MapOffloaded(HttpMethod.Get, "/prepared", static context => context.Respond(SmallApplication.LargePrepared));
            server.MapOffloaded(HttpMethod.Get, "/memory", static context => context.Respond(SmallApplication.Large.AsMemory()));
            server.MapOffloaded(HttpMethod.Get, "/span", static context => context.Respond(SmallApplication.Large.AsSpan()));
            server.MapOffloaded(HttpMethod.Get, "/status", static context => context.Respond(204));
            server.MapOffloaded(HttpMethod.Get, "/close", static context =>
            {
                context.CloseConnection();
                context.Respond("bye"u8, "text/plain");
            });
        });
        using var client = new HttpPeer(server);
        var large = Encoding.Latin1.GetString(SmallApplication.Large);
        foreach (var path in (string[])["prepared", "memory", "span"])
        {
            Assert.That(client.Ask($"GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo((200, large)));
            client.Send($"HEAD /{path} HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.That(client.Read(isHead: true), Is.EqualTo((200, "")));
        }
        Assert.That(client.Ask("GET /status HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo((204, "")));
        Assert.That(client.Ask("GET /close HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo((200, "bye")));
        client.ExpectEnd();
    }

    [TestCase(true)]
    [TestCase(false)]
    public void AHandlerThatFailsIsAnsweredFor(bool throws)
    {
        var server = Start(server => server.MapOffloaded(HttpMethod.Get, "/", _ =>
        {
            if (throws) throw new InvalidOperationException("as asked");
        }));
        using var client = new HttpPeer(server);
        Assert.That(client.Ask(Get).Status, Is.EqualTo(500));
        Assert.That(client.Ask(Get).Status, Is.EqualTo(500), "the connection is kept");
        Assert.That(Errors.Select(static error => error.Failure.Message), Has.Exactly(2).Contains(throws ? "as asked" : "without a response"));
        Errors.Clear();
    }

    [Test]
    public void ABlockedHandlerHoldsUpNoOtherConnection()
    {
        var server = Start(server =>
        {
            server.MapOffloaded(HttpMethod.Get, "/block", Block);
            server.Map(HttpMethod.Get, "/", static context => context.Respond(SmallApplication.Hello));
        });
        using var blocked = new HttpPeer(server);
        blocked.Send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n" + Get);
        _entered.Wait();
        using var other = new HttpPeer(server);
        Assert.That(other.Ask(Get), Is.EqualTo((200, "hello")));
        _gate.Set();
        Assert.That(blocked.Read(), Is.EqualTo((200, "unblocked")));
        Assert.That(blocked.Read(), Is.EqualTo((200, "hello")), "in order");
    }

    [Test]
    public void ManyConnectionsShareTheWorkers()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2 });
        var server = Start(static server => server.MapOffloaded(HttpMethod.Get, "/{n}", static context => context.Respond(context.RouteValue, "text/plain")), new HttpServerOptions { Reactors = 2, Scheduler = scheduler });
        var clients = Enumerable.Range(0, 16).Select(_ => new HttpPeer(server)).ToArray();
        for (var i = 0; i < 100; i++)
        {
            for (var number = 0; number < clients.Length; number++) clients[number].Send($"GET /{number}-{i} HTTP/1.1\r\nHost: a\r\n\r\n");
            for (var number = 0; number < clients.Length; number++) Assert.That(clients[number].Read(), Is.EqualTo((200, $"{number}-{i}")));
        }
        foreach (var client in clients) client.Dispose();
    }

    [Test]
    public void AHandlerHearsThatItsClientHasGone()
    {
        var heard = new ManualResetEventSlim();
        var server = Start(server => server.MapOffloaded(HttpMethod.Get, "/", context =>
        {
            _entered.Set();
            context.Aborted.WaitHandle.WaitOne();
            heard.Set();
            context.Respond("nobody reads it"u8);
        }));
        using var client = new HttpPeer(server);
        client.Send(Get);
        _entered.Wait();
        client.Peer.Reset();
        Assert.That(heard.Wait(Hang.Milliseconds));
        Until(() => server.Counters is { Exchanges: 0, Connections: 0 });
    }

    [Test]
    public void AHandlerThatAsksTooLateHearsItToo()
    {
        var cancelled = false;
        var server = Start(server => server.MapOffloaded(HttpMethod.Get, "/", context =>
        {
            _entered.Set();
            _gate.Wait();
            cancelled = context.Aborted.IsCancellationRequested;
            context.Respond(200);
        }));
        using var client = new HttpPeer(server);
        client.Send(Get);
        _entered.Wait();
        client.Peer.Reset();
        Until(() => server.Counters.Connections == 0);
        _gate.Set();
        Until(() => server.Counters.Exchanges == 0);
        Assert.That(cancelled);
    }

    [Test]
    public void AServerThatStopsAwaitsItsHandlers()
    {
        var server = Start(server => server.MapOffloaded(HttpMethod.Get, "/", Block));
        using var client = new HttpPeer(server);
        client.Send(Get);
        _entered.Wait();
        var stop = server.StopAsync(TimeSpan.FromSeconds(20));
        Assert.That(stop.IsCompleted, Is.False);
        _gate.Set();
        Assert.That(client.Read(), Is.EqualTo((200, "unblocked")));
        client.ExpectEnd();
        client.Dispose();
        Assert.That(stop.Wait(Hang.Milliseconds));
    }

    [Test]
    public void AServerThatDoesNotWaitLeavesNothingBehindInTheEnd()
    {
        var server = Start(server => server.MapOffloaded(HttpMethod.Post, "/", Block));
        using var client = new HttpPeer(server);
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        _entered.Wait();
        server.Dispose();
        Assert.That(server.Counters.Exchanges, Is.EqualTo(1), "its handler has it");
        _gate.Set();
        Until(() => server.Counters is { Exchanges: 0, InputBuffers: 0 });
    }

    [Test]
    public void WithoutASchedulerItIsRefused()
    {
        var scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        var server = Start(server => server.MapOffloaded(HttpMethod.Get, "/", Block), new HttpServerOptions { Reactors = 1, Scheduler = scheduler });
        scheduler.Dispose();
        using var client = new HttpPeer(server);
        Assert.That(client.Ask(Get).Status, Is.EqualTo(503));
        Assert.That(client.Ask(Get).Status, Is.EqualTo(503), "the connection is kept");
    }

    [Test]
    public void WhatTheSchedulerAbandonsIsAnswered()
    {
        var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, SpareWorkers = 0 });
        var server = Start(server => server.MapOffloaded(HttpMethod.Get, "/", Block), new HttpServerOptions { Reactors = 1, Scheduler = scheduler });
        using var running = new HttpPeer(server);
        using var waiting = new HttpPeer(server);
        running.Send(Get);
        _entered.Wait();
        waiting.Send(Get);
        Until(() => scheduler.Statistics.Queued == 1);
        // In no time, so it does not wait for the handler that runs.
        Assert.That(scheduler.Shutdown(ShutdownMode.Cancel, TimeSpan.Zero), Is.False);
        Assert.That(waiting.Read().Status, Is.EqualTo(503));
        _gate.Set();
        Assert.That(running.Read(), Is.EqualTo((200, "unblocked")));
    }

    [Test]
    public void AHandleIsGoodForItsWorkersAndItsRequestAlone()
    {
        HttpContext kept = default;
        Exception? elsewhere = null;
        var server = Start(server => server.MapOffloaded(HttpMethod.Get, "/", context =>
        {
            kept = context;
            var thread = new Thread(() => elsewhere = Assert.Catch(() => context.Respond(200)));
            thread.Start();
            thread.Join();
            context.Respond(200);
        }));
        using var client = new HttpPeer(server);
        Assert.That(client.Ask(Get).Status, Is.EqualTo(200));
        Assert.That(elsewhere, Is.TypeOf<InvalidOperationException>());
        Until(() => server.Counters.Exchanges == 0);
        Assert.That(() => kept.Path.Length, Throws.InvalidOperationException.Or.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void AsynchronousHandlersGoOnOnTheScheduler()
    {
        var server = Start(static server => server.MapAsync(HttpMethod.Post, "/", static async context =>
        {
            var scheduler = Scheduler.Current;
            Assert.That(scheduler, Is.Not.Null);
            await Task.Yield();
            Assert.That(Scheduler.Current, Is.SameAs(scheduler));
            var body = new MemoryStream();
            var buffer = new byte[1000];
            int count;
            while ((count = await context.ReadBodyAsync(buffer)) > 0)
            {
                Assert.That(Scheduler.Current, Is.SameAs(scheduler));
                body.Write(buffer, 0, count);
            }
            context.Respond(body.ToArray().AsSpan(), "text/plain");
        }), new HttpServerOptions { Reactors = 1, AsyncHandlersOnScheduler = true });
        using var client = new HttpPeer(server);
        var body = Encoding.Latin1.GetString(SmallApplication.Large);
        for (var i = 0; i < 3; i++) Assert.That(client.Ask($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n{body}"), Is.EqualTo((200, body)));
    }

    [Test]
    public void AReadFromTheSchedulerEndsWithItsClient()
    {
        var failure = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Start(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            try
            {
                _entered.Set();
                while (await context.ReadBodyAsync(new byte[10]) > 0) { }
            }
            catch (IOException ended)
            {
                failure.SetResult(ended);
            }
        }), new HttpServerOptions { Reactors = 1, AsyncHandlersOnScheduler = true });
        using var client = new HttpPeer(server);
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc");
        _entered.Wait();
        client.Peer.Reset();
        Assert.That(failure.Task.Wait(Hang.Milliseconds));
        Until(() => server.Counters is { Exchanges: 0, Connections: 0 });
    }

    [Test]
    public void ABodyThatAnOffloadedHandlerLeavesIsDropped()
    {
        var server = Start(static server => server.MapAsync(HttpMethod.Post, "/", static context =>
        {
            context.Respond("ignored"u8, "text/plain");
            return default;
        }), new HttpServerOptions { Reactors = 1, AsyncHandlersOnScheduler = true });
        using var client = new HttpPeer(server);
        for (var i = 0; i < 3; i++)
        {
            client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
            Assert.That(client.Read(), Is.EqualTo((200, "ignored")));
            client.Send("def");
        }
    }

    [Test]
    public void TheTraceShowsWhereAHandlerRan()
    {
        Tracer.Start();
        var server = Start(static server => server.MapOffloaded(HttpMethod.Post, "/", static context => context.Respond(200)));
        using (var client = new HttpPeer(server))
        {
            Assert.That(client.Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx").Status, Is.EqualTo(200));
            client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n");
            client.Send("x");
            Assert.That(client.Read().Status, Is.EqualTo(200));
        }
        server.StopAsync(TimeSpan.FromSeconds(5)).Wait();
        Tracer.Stop();
        var snapshot = Tracer.Snapshot();
        snapshot.VerifyLives();
        Assert.That(snapshot.Taken("request").Select(static step => step.Name), Is.EqualTo(new[] { "offload the handler", "answer", "offload the handler", "answer" })
            .Or.EqualTo(new[] { "offload the handler", "answer", "gather the body", "offload the handler", "answer" }));
    }

    private void Block(HttpContext context)
    {
        _entered.Set();
        _gate.Wait();
        context.Respond("unblocked"u8, "text/plain");
    }
}
