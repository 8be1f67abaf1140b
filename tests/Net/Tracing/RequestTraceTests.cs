using FastCore.Net.Tests.Http;
using FastCore.Tracing;

namespace FastCore.Net.Tests.Tracing;

/// <summary>The trace of scripted requests is the expected sequence of steps of the parser and of the request, and nothing else.</summary>
[NonParallelizable]
internal sealed class RequestTraceTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [SetUp]
    public void StartTracing() => Tracer.Start();

    [TearDown]
    public void StopTracing() => Tracer.Stop();

    [Test]
    public void WhatComesWholeIsAnsweredAtOnce()
    {
        using var client = new Conversation();
        client.Ask(Get + Get);
        client.Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
        Expect("HTTP parser");
        Expect("request", "answer at once", "answer at once", "answer at once");
    }

    [Test]
    public void ACutHeadIsSeen()
    {
        using var client = new Conversation();
        client.Send("GET / HTTP/1.1\r\n");
        client.Send("Host: a\r\n");
        Expect("HTTP parser", "head cut", "more of it");
        client.Ask("\r\n" + Get);
        Expect("HTTP parser", "head cut", "more of it", "head ends");
        Expect("request", "answer at once", "answer at once");
    }

    [Test]
    public void ABodyIsGathered()
    {
        using var client = new Conversation();
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
        client.Ask("cd");
        Expect("HTTP parser", "body begins", "body ends");
        Expect("request", "gather the body", "answer");
    }

    [Test]
    public void AHandlerReadsABody()
    {
        using var client = new Conversation();
        client.Send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
        client.Ask("cd");
        Expect("HTTP parser", "body begins", "body ends");
        Expect("request", "await the handler's turn", "start the handler", "answer");
    }

    [Test]
    public void ABodyThatNobodyWantsIsDropped()
    {
        using var client = new Conversation();
        client.Ask("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
        client.Ask("cd" + "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nef");
        Expect("HTTP parser", "body begins", "body ends", "body begins", "body ends");
        Expect("request", "await the handler's turn", "start the handler", "answer, drop the body", "done", "answer, drop the body", "done");
    }

    [Test]
    public void AHandlerIsAwaited()
    {
        using var client = new Conversation();
        client.Ask("GET /yield HTTP/1.1\r\nHost: a\r\n\r\n");
        Expect("request", "start the handler", "answer");
    }

    [Test]
    public void AHandlerOutlivesItsClient()
    {
        var gate = new TaskCompletionSource();
        using (var client = new Conversation(server => server.MapAsync(HttpMethod.Get, "/", async _ => await gate.Task)))
        {
            client.Send(Get);
            client.Reset();
            Expect("request", "start the handler", "client gone");
            gate.SetResult();
        }
        Expect("request", "start the handler", "client gone", "handler ends");
    }

    [Test]
    public void AnUnfinishedRequestIsDroppedWithItsConnection()
    {
        using var client = new Conversation();
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
        client.Reset();
        Expect("request", "gather the body", "drop");
    }

    [TestCase("GET /\r\n", new string[0])]
    [TestCase("GET / HTTP/1.1\r\n| : x\r\n", new[] { "head cut" })]
    [TestCase("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n|x\r\n", new[] { "body begins" })]
    public void ARefusalIsTheParsersEnd(string input, string[] before)
    {
        using var client = new Conversation();
        foreach (var part in input.Split('|')) client.Send(part);
        Assert.That(client.Take(), Does.StartWith("HTTP/1.1 400 "));
        Expect("HTTP parser", [.. before, "refuse"]);
        Assert.That(Tracer.Snapshot().Events.Single(static one => TraceChain.Of(one).Name == "refuse").Argument, Is.EqualTo(400));
    }

    private static void Expect(string table, params string[] steps) => Assert.That(Tracer.Snapshot().Taken(table).Select(static step => step.Name), Is.EqualTo(steps));
}
