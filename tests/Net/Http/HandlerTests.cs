using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>What handlers may do wrong, and how long what they are given is good.</summary>
internal sealed class HandlerTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [TestCase("/throws", "as asked")]
    [TestCase("/silent", "without a response")]
    public void AHandlerThatFailsIsAnsweredFor(string path, string message)
    {
        using var client = new Conversation();
        Assert.That(client.Ask($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 500 Internal Server Error\r\n"));
        Assert.That(client.Errors.Single().Failure.Message, Does.Contain(message));
        Assert.That(client.Errors.Single().Where, Does.Contain(path));
        Assert.That(client.Ask(Get), Is.EqualTo(SmallApplication.Ok("hello")), "the connection is kept");
    }

    [Test]
    public void AnAsynchronousHandlerThatFailsIsAnsweredFor([Values] bool waits, [Values] bool answers)
    {
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            if (waits) await Task.Yield();
            context.AddHeader("X-Lost", "x");
            if (answers) context.Respond("done"u8, "text/plain");
            throw new InvalidOperationException("as asked");
        }));
        var answer = client.Ask(Get);
        Assert.That(answer, Does.StartWith(answers ? "HTTP/1.1 200 " : "HTTP/1.1 500 "));
        Assert.That(answer.Contains("X-Lost"), Is.EqualTo(answers));
        Assert.That(client.Errors, Has.Count.EqualTo(1));
        Assert.That(client.IsOpen, Is.True);
    }

    [Test]
    public void AHandlerThatThrowsBeforeItReturnsATask()
    {
        using var client = new Conversation(static server => server.MapAsync(HttpMethod.Get, "/", static _ => throw new InvalidOperationException("as asked")));
        Assert.That(client.Ask(Get), Does.StartWith("HTTP/1.1 500 "));
        Assert.That(client.Errors, Has.Count.EqualTo(1));
    }

    [Test]
    public void AHandleIsGoodUntilItsHandlerEnds([Values] bool asynchronous)
    {
        var kept = new List<HttpContext>();
        using var client = new Conversation(server =>
        {
            if (asynchronous)
            {
                server.MapAsync(HttpMethod.Get, "/", async context =>
                {
                    kept.Add(context);
                    await Task.Yield();
                    context.Respond(context.Path);
                    Assert.That(context.HasResponded, Is.True, "good after the answer, while the handler runs");
                });
            }
            else
            {
                server.Map(HttpMethod.Get, "/", context =>
                {
                    kept.Add(context);
                    context.Respond(context.Path);
                    Assert.That(context.HasResponded, Is.True, "good after the answer, while the handler runs");
                });
            }
        });
        // The second request uses the same exchange again; the first handle must not show it.
        client.Ask(Get);
        client.Ask(Get);
        Assert.That(client.Errors, Is.Empty);
        foreach (var stale in kept)
        {
            Assert.That(() => stale.Path.Length, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.Method, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.Headers.Count, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.Body.Length, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.HasResponded, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.Respond(200), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.AddHeader("A"u8, "b"u8), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.ReadBodyAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => stale.Aborted, Throws.InstanceOf<ObjectDisposedException>());
        }
        Assert.That(() => default(HttpContext).Path.Length, Throws.InvalidOperationException);
    }

    [Test]
    public void AHandleIsRefusedOnAnotherThread()
    {
        Exception? refused = null;
        using var client = new Conversation(server => server.Map(HttpMethod.Get, "/", context =>
        {
            var thread = new Thread(() =>
            {
                try
                {
                    context.Respond(200);
                }
                catch (InvalidOperationException failure)
                {
                    refused = failure;
                }
            });
            thread.Start();
            thread.Join();
            context.Respond("own thread"u8);
        }));
        Assert.That(client.Ask(Get), Does.EndWith("own thread"));
        Assert.That(refused, Is.TypeOf<InvalidOperationException>());
    }

    [Test]
    public void AHandlersKindDecidesHowItReads()
    {
        using var client = new Conversation(static server =>
        {
            server.Map(HttpMethod.Post, "/", static context =>
            {
                Assert.That(() => context.ReadBodyAsync(new byte[1]), Throws.InvalidOperationException);
                context.Respond(200);
            });
            server.MapAsync(HttpMethod.Put, "/", static async context =>
            {
                Assert.That(() => context.Body.Length, Throws.InvalidOperationException);
                Assert.That(() => context.ReadBodyAsync(default), Throws.ArgumentException);
                Assert.That(await context.ReadBodyAsync(new byte[10]), Is.EqualTo(1));
                Assert.That(await context.ReadBodyAsync(new byte[10]), Is.Zero);
                context.Respond(200);
            });
        });
        Assert.That(client.Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(client.Ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(client.Errors, Is.Empty);
    }

    [Test]
    public void RequestsBehindAWaitingHandlerWait()
    {
        var gates = new Queue<TaskCompletionSource>();
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Get, "/{n}", async context =>
        {
            var gate = new TaskCompletionSource();
            gates.Enqueue(gate);
            await gate.Task;
            context.Respond(context.RouteValue, "text/plain");
        }));
        client.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HT");
        client.Send("TP/1.1\r\nHost: a\r\n\r\n");
        for (var i = 1; i <= 3; i++)
        {
            Assert.That(client.Take(), Is.Empty);
            Assert.That(gates, Has.Count.EqualTo(1), "one handler of a connection runs at a time");
            gates.Dequeue().SetResult();
            Assert.That(client.Take(), Is.EqualTo(SmallApplication.Ok($"{i}")));
        }
        Assert.That(gates, Is.Empty);
    }

    [Test]
    public void AHandlerOnAnotherThreadEndsOnTheReactor()
    {
        var left = new ManualResetEventSlim();
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            context.Respond("early"u8, "text/plain");
            await Task.Run(static () => { }).ConfigureAwait(false);
            left.Set();
        }));
        client.Send(Get);
        left.Wait();
        Assert.That(SpinWait.SpinUntil(() => client.Output.Length > 0 && client.Requests == 1, Hang.Milliseconds), Is.True);
    }

    [Test]
    public void TheEndOfTheConnectionReachesTheHandler()
    {
        CancellationToken early = default, late = default;
        var gate = new TaskCompletionSource();
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            early = context.Aborted;
            await gate.Task;
            late = context.Aborted;
            context.Respond("nobody reads it"u8);
        }));
        client.Send(Get);
        Assert.That(early.IsCancellationRequested, Is.False);
        client.Reset();
        Assert.That(early.IsCancellationRequested, Is.True);
        gate.SetResult();
        Assert.That(client.Output, Is.Empty);
        Assert.That(late.IsCancellationRequested, Is.True);
        Assert.That(client.Errors, Is.Empty);
    }

    [Test]
    public void AHandlerThatGivesUpWithItsClientIsNoError()
    {
        using var client = new Conversation(static server => server.MapAsync(HttpMethod.Get, "/", static async context => await new TaskCompletionSource().Task.WaitAsync(context.Aborted)));
        client.Send(Get);
        client.Reset();
        Assert.That(client.Output, Is.Empty);
        Assert.That(client.Errors, Is.Empty);
    }

    [Test]
    public void AStoppingServerAnswersWhatHasBegunAndCloses()
    {
        using var client = new Conversation();
        client.Send("GET / HTTP/1.1\r\nHo");
        client.BeginStop();
        Assert.That(client.Output, Is.Empty);
        client.Send("st: a\r\n\r\n" + Get);
        Assert.That(client.Output, Is.EqualTo(SmallApplication.Response("200 OK", "hello", close: true)));
        Assert.That(client.IsOpen, Is.False);
    }

    [Test]
    public void AStoppingServerClosesIdleConnections()
    {
        using var client = new Conversation();
        client.Ask(Get);
        client.BeginStop();
        Assert.That(client.Output, Is.Empty);
        Assert.That(client.IsOpen, Is.False);
    }
}
