using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>Every way of being slow ends by a limit; on a clock that the test moves.</summary>
internal sealed class DeadlineTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static HttpServerOptions Options => new()
    {
        HeaderTimeout = TimeSpan.FromSeconds(30),
        KeepAliveTimeout = TimeSpan.FromSeconds(130),
        BodyTimeout = TimeSpan.FromSeconds(10),
        MinRequestBodyRate = 100,
    };

    [Test]
    public void ASilentConnectionIsClosedWithoutAnAnswer([Values] bool afterARequest)
    {
        using var client = new Conversation(options: Options);
        if (afterARequest) client.Ask(Get);
        client.Reactor.Pass(129_999);
        Assert.That(client.IsOpen, Is.True);
        client.Reactor.Pass(1);
        Assert.That(client.IsOpen, Is.False);
        Assert.That(client.Take(), Is.Empty);
    }

    [Test]
    public void EmptyLinesBehindARequestAreNoRequestThatHasBegun()
    {
        using var client = new Conversation(options: Options);
        client.Ask(Get);
        client.Send("\r\n");
        client.Reactor.Pass(129_999);
        Assert.That(client.IsOpen, Is.True);
        Assert.That(client.Ask(Get), Is.EqualTo(SmallApplication.Ok("hello")));
        client.Send("\r\n\r\n");
        client.Reactor.Pass(130_000);
        Assert.That(client.IsOpen, Is.False);
        Assert.That(client.Take(), Is.Empty);
    }

    [Test]
    public void EachRequestRenewsThePatience()
    {
        using var client = new Conversation(options: Options);
        for (var i = 0; i < 5; i++)
        {
            client.Reactor.Pass(129_999);
            Assert.That(client.Ask(Get), Is.Not.Empty);
        }
    }

    [Test]
    public void AHeadThatTakesTooLongIsRefusedHoweverItDribbles()
    {
        using var client = new Conversation(options: Options);
        client.Ask(Get);
        client.Reactor.Pass(100_000);
        foreach (var c in "GET / HTTP/1.1\r\nHost: a\r\n"[..20])
        {
            client.Send(c.ToString());
            client.Reactor.Pass(1500);
        }
        Assert.That(client.Take(), Does.StartWith("HTTP/1.1 408 Request Timeout\r\n"));
        Assert.That(client.IsOpen, Is.False);
    }

    [Test]
    public void EachHeadHasItsOwnTime()
    {
        using var client = new Conversation(options: Options);
        // Every piece ends one head and begins the next.
        client.Send(Get[..10]);
        for (var i = 0; i < 20; i++)
        {
            client.Reactor.Pass(20_000);
            Assert.That(client.Ask(Get[10..] + Get[..10]), Is.EqualTo(SmallApplication.Ok("hello")));
        }
        client.Reactor.Pass(30_000);
        Assert.That(client.Take(), Does.StartWith("HTTP/1.1 408 "));
    }

    [TestCase("/")]
    [TestCase("/stream")]
    public void ABodyThatStopsIsRefused(string path)
    {
        using var client = new Conversation(options: Options);
        client.Send($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{new string('x', 5000)}");
        // What has come counts for the first stretch.
        client.Reactor.Pass(9_999);
        Assert.That(client.Take(), Is.Empty);
        client.Reactor.Pass(1);
        Assert.That(client.Take(), Is.Empty);
        client.Reactor.Pass(10_000);
        Assert.That(client.Take(), Does.StartWith("HTTP/1.1 408 "));
        Assert.That(client.IsOpen, Is.False);
        Assert.That(client.Errors, Is.Empty);
    }

    [TestCase("/", 90, false)]
    [TestCase("/", 120, true)]
    [TestCase("/stream", 90, false)]
    [TestCase("/stream", 120, true)]
    public void ABodyMustKeepUpItsRate(string path, int bytesPerSecond, bool served)
    {
        using var client = new Conversation(options: Options);
        client.Send($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {bytesPerSecond * 60}\r\n\r\n");
        for (var second = 0; second < 60 && client.IsOpen; second++)
        {
            client.Reactor.Pass(1000);
            client.Send(new string('x', bytesPerSecond));
            client.Reactor.RunPosted();
        }
        Assert.That(client.Take(), Does.StartWith(served ? "HTTP/1.1 200 " : "HTTP/1.1 408 "));
    }

    [Test]
    public void TheTimeAHandlerTakesIsNotTheClients()
    {
        var gate = new TaskCompletionSource();
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Post, "/", async context =>
        {
            var buffer = new byte[100];
            await context.ReadBodyAsync(buffer);
            await gate.Task;
            await context.ReadBodyAsync(buffer);
            context.Respond(200);
        }), Options);
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
        client.Reactor.Pass(5_000);
        client.Send("ab");
        client.Reactor.Pass(1_000_000);
        gate.SetResult();
        Assert.That(client.Take(), Is.Empty);
        // Five seconds of the stretch are left.
        client.Reactor.Pass(4_999);
        Assert.That(client.Take(), Is.Empty);
        client.Reactor.Pass(1);
        Assert.That(client.Take(), Does.StartWith("HTTP/1.1 408 "));
    }

    [Test]
    public void AHandlerMayTakeItsTime()
    {
        var gate = new TaskCompletionSource();
        using var client = new Conversation(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            await gate.Task;
            context.Respond(200);
        }), Options);
        client.Send(Get);
        client.Reactor.Pass(10_000_000);
        gate.SetResult();
        Assert.That(client.Take(), Does.StartWith("HTTP/1.1 200 "));
    }

    [Test]
    public void ARestThatDoesNotComeIsNotWaitedForLong()
    {
        using var client = new Conversation(options: Options);
        Assert.That(client.Ask("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"), Is.EqualTo(SmallApplication.Ok("ignored")));
        client.Reactor.Pass(10_000);
        Assert.That(client.Take(), Is.Empty, "it has its answer");
        Assert.That(client.IsOpen, Is.False);
    }
}
