using System.Diagnostics;
using FastCore.Net.Tests.Http;
using FastCore.Net.Transport;
using FastCore.Tracing;

namespace FastCore.Net.Tests.Tracing;

/// <summary>What the trace hears of listeners and connections on each transport.</summary>
[NonParallelizable]
internal sealed class TransportTraceTests(TransportKind kind) : HttpServerTest(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [TearDown]
    public void StopTracing() => Tracer.Stop();

    [Test]
    public void AConnectionGoesThroughItsTables()
    {
        Tracer.Start();
        var server = Start();
        using (var client = new HttpPeer(server))
        {
            Assert.That(client.Ask(Get), Is.EqualTo((200, "hello")));
            Assert.That(client.Ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), Is.EqualTo((200, "hello")));
            client.ExpectEnd();
        }
        server.StopAsync(TimeSpan.FromSeconds(5)).Wait();
        Tracer.Stop();
        var snapshot = Tracer.Snapshot();
        snapshot.VerifyLives();
        Assert.That(States("connection"), Is.EqualTo(new[] { "open", "draining", "lingering", "terminating", "closed" }));
        Assert.That(Steps("send"), Is.EqualTo(new[] { "submit", "all sent", "submit", "all sent" }));
        Assert.That(Steps("receive").First(), Is.EqualTo("arm"));
        Assert.That(Steps("receive").Count(static name => name is "data" or "last data"), Is.EqualTo(2));
        Assert.That(Steps("receive").Last(), Is.EqualTo("peer's end"));
        Assert.That(Steps("listener").Take(2), Is.EqualTo(new[] { "arm", "accept" }));
        Assert.That(Steps("listener").TakeLast(2), Is.EqualTo(new[] { "close", "closed" }));
        var subjects = snapshot.Events.Where(static one => TraceChain.Of(one).Table.Name != "listener").Select(static one => one.Subject).Distinct();
        Assert.That(subjects, Has.Exactly(1).Items, "The lives of a connection are one subject's.");

        IEnumerable<string> States(string table) => snapshot.Taken(table).Select(static step => step.To);
        IEnumerable<string> Steps(string table) => snapshot.Taken(table).Select(static step => step.Name);
    }

    [Test]
    public void AnAnswerTellsHowLongItTook()
    {
        Tracer.Start();
        var server = Start(static server => server.Map(HttpMethod.Get, "/", static context =>
        {
            // Until the clock that is measured by has moved on.
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetTimestamp() == start;) Thread.SpinWait(1);
            context.Respond(200);
        }));
        using var client = new HttpPeer(server);
        var start = Stopwatch.GetTimestamp();
        client.Ask(Get);
        var end = Stopwatch.GetTimestamp();
        var answered = Tracer.Snapshot().Events.Single(static one => TraceChain.Of(one).Table.Name == "request");
        Assert.That(answered.Argument, Is.InRange(1, end - start));
    }

    [Test]
    public void AConnectionOlderThanTheRecordingJoinsIt()
    {
        var server = Start();
        using var client = new HttpPeer(server);
        client.Ask(Get);
        Tracer.Start();
        client.Ask(Get);
        Assert.That(Tracer.Snapshot().Taken("request").Select(static step => step.Name), Is.EqualTo(new[] { "answer at once" }));
        Assert.That(Tracer.Snapshot().Taken("connection"), Is.Empty);
    }
}
