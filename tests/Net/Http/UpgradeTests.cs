using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>A connection that is turned over to another protocol.</summary>
internal sealed class UpgradeTests
{
    private const string Upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: other/2, echo\r\n\r\n";

    [Test]
    public void BothSidesSpeakTheOtherProtocol()
    {
        using var client = Serving(Echo);
        var head = client.Ask(Upgrade + "early");
        Assert.That(head, Is.EqualTo("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Kind: e\r\n\r\nearly"), "what comes with the request is read too");
        Assert.That(client.Ask("GET / HTTP/1.1\r\n\r\n"), Is.EqualTo("GET / HTTP/1.1\r\n\r\n"), "it is not HTTP any more");
        client.Reactor.Pass(1_000_000);
        Assert.That(client.IsOpen, Is.True, "no limit of bodies holds for it");
        client.FinishSending();
        Assert.That(client.Take(), Is.EqualTo("bye"));
        Assert.That(client.IsOpen, Is.False);
    }

    [Test]
    public void LargeTransfersAreHeldBack()
    {
        var sent = 0;
        using var client = Serving(async context =>
        {
            await using var stream = await context.UpgradeAsync("echo");
            var piece = new byte[40_000];
            piece.AsSpan().Fill((byte)'x');
            for (; sent < 10; sent++) await stream.WriteAsync(piece.AsMemory(0, sent % 2 == 0 ? 30_000 : 40_000));
        });
        client.Send(Upgrade);
        client.Reactor.RunPosted();
        Assert.That(sent, Is.InRange(1, 3));
        var answer = client.Take();
        Assert.That(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], Is.EqualTo(new string('x', 350_000)));
    }

    [Test]
    public void AClientThatGoesEndsTheRead()
    {
        Exception? failure = null;
        using var client = Serving(async context =>
        {
            await using var stream = await context.UpgradeAsync("echo");
            try
            {
                await stream.ReadExactlyAsync(new byte[1]);
            }
            catch (IOException gone)
            {
                failure = gone;
            }
        });
        client.Send(Upgrade);
        client.Reset();
        client.Reactor.RunPosted();
        Assert.That(failure, Is.Not.Null);
    }

    [Test]
    public void AStreamThatIsDisposedEndsItsReadAndTheConnection()
    {
        Exception? failure = null;
        Stream? stream = null;
        using var client = Serving(async context =>
        {
            stream = await context.UpgradeAsync("echo");
            try
            {
                await stream.ReadExactlyAsync(new byte[1]);
            }
            catch (IOException ended)
            {
                failure = ended;
            }
        });
        client.Send(Upgrade);
        stream!.Dispose();
        client.Reactor.RunPosted();
        Assert.That(failure, Is.Not.Null);
        Assert.That(client.IsOpen, Is.False);
        Assert.That(() => stream.ReadAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
    }

    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n", TestName = "another protocol")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\n\r\n", TestName = "not named by Connection")]
    [TestCase("GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", TestName = "HTTP/1.0")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\nContent-Length: 1\r\n\r\nx", TestName = "with a body")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\n\r\n", TestName = "a plain request")]
    public void WhatWasNotOfferedIsRefusedToTheHandler(string request)
    {
        using var client = Serving(static context =>
        {
            Assert.That(context.CanUpgradeTo("echo"u8), Is.False);
            Assert.That(() => context.UpgradeAsync("echo"), Throws.InvalidOperationException);
            context.Respond(426);
            return default;
        });
        Assert.That(client.Ask(request), Does.StartWith("HTTP/1.1 426 "));
        Assert.That(client.Errors, Is.Empty);
    }

    [TestCase("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", ExpectedResult = true)]
    [TestCase("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n", ExpectedResult = false)]
    [TestCase("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\nSec-WebSocket-Version: 13\r\n", ExpectedResult = false)]
    [TestCase("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=!\r\nSec-WebSocket-Version: 13\r\n", ExpectedResult = false)]
    [TestCase("Sec-WebSocket-Version: 13\r\n", ExpectedResult = false)]
    public bool AHandshakeIsAnsweredAsTheStandardSays(string fields)
    {
        using var client = Serving(static async context =>
        {
            if (!context.IsWebSocketRequest)
            {
                Assert.That(async () => await context.AcceptWebSocketAsync(), Throws.InvalidOperationException);
                context.Respond(426);
                return;
            }
            using var socket = await context.AcceptWebSocketAsync();
        });
        var answer = client.Ask($"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n{fields}\r\n");
        Assert.That(client.Errors, Is.Empty);
        if (answer.StartsWith("HTTP/1.1 426 ", StringComparison.Ordinal)) return false;
        // The example of RFC 6455 §1.3.
        Assert.That(answer, Is.EqualTo("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
        return true;
    }

    private static Conversation Serving(Func<HttpContext, ValueTask> handler) => new(server =>
    {
        server.MapAsync(HttpMethod.Get, "/", handler);
    });

    private static async ValueTask Echo(HttpContext context)
    {
        context.AddHeader("X-Kind", "e");
        Assert.That(context.CanUpgradeTo("ECHO"u8), Is.True);
        await using var stream = await context.UpgradeAsync("echo");
        var buffer = new byte[7];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0) await stream.WriteAsync(buffer.AsMemory(0, count));
        await stream.WriteAsync(Encoding.ASCII.GetBytes("bye"));
    }
}
