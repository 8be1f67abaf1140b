using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>What is sent: heads byte by byte, bodies, HEAD, persistence, what the application may and may not say.</summary>
internal sealed class ResponseTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static string Answer(Action<HttpContext> handler, string request = Get, HttpServerOptions? options = null)
    {
        using var client = new Conversation(server => server.Map(HttpMethod.Get, "/", handler), options);
        var answer = client.Ask(request);
        Assert.That(client.Errors, Is.Empty);
        return answer;
    }

    private static string AskSmall(string request)
    {
        using var client = new Conversation();
        return client.Ask(request);
    }

    private const string Date = "Date: Tue, 24 Nov 2026 00:00:00 GMT\r\n";

    [Test]
    public void APreparedResponse() =>
        Assert.That(AskSmall(Get), Is.EqualTo($"HTTP/1.1 200 OK\r\n{Date}Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));

    [Test]
    public void AStatusAlone() =>
        Assert.That(Answer(static context => context.Respond(201)), Is.EqualTo($"HTTP/1.1 201 Created\r\n{Date}Content-Length: 0\r\n\r\n"));

    [TestCase(204, "204 No Content")]
    [TestCase(304, "304 Not Modified")]
    public void AStatusWithoutContentHasNoLength(int status, string line)
    {
        Assert.That(Answer(context => context.Respond(status)), Is.EqualTo($"HTTP/1.1 {line}\r\n{Date}\r\n"));
        Assert.That(Answer(context => context.Respond(PreparedResponse.Create(status, default, ""))), Is.EqualTo($"HTTP/1.1 {line}\r\n{Date}\r\n"));
    }

    [Test]
    public void AStatusWithoutAName() =>
        Assert.That(Answer(static context => context.Respond(299)), Is.EqualTo($"HTTP/1.1 299 \r\n{Date}Content-Length: 0\r\n\r\n"));

    [Test]
    public void Text() =>
        Assert.That(Answer(static context => context.Respond("gr\u00FC\u00DF")), Is.EqualTo($"HTTP/1.1 200 OK\r\n{Date}Content-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n\r\ngr\u00C3\u00BC\u00C3\u009F"));

    [Test]
    public void FieldsOfTheApplicationAndTheServer()
    {
        var answer = Answer(static context =>
        {
            context.AddHeader("X-One"u8, "1"u8);
            context.AddHeader("Set-Cookie", "a=b");
            context.AddHeader("Set-Cookie", "c=d");
            context.Respond("x"u8, "text/plain");
        }, Get, new HttpServerOptions { ServerHeader = "fastcore" });
        Assert.That(answer, Is.EqualTo($"HTTP/1.1 200 OK\r\n{Date}X-One: 1\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nServer: fastcore\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"));
    }

    [Test]
    public void FieldsOfAPreparedResponse()
    {
        var prepared = PreparedResponse.Create(200, "x"u8.ToArray(), "text/plain", ("Cache-Control", "max-age=1"));
        Assert.That(Answer(context =>
        {
            context.AddHeader("X-One"u8, "1"u8);
            context.Respond(prepared);
        }), Is.EqualTo($"HTTP/1.1 200 OK\r\n{Date}X-One: 1\r\nCache-Control: max-age=1\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"));
    }

    [Test]
    public void ManyLongFields()
    {
        var value = new string('v', 3000);
        var answer = Answer(context =>
        {
            for (var i = 0; i < 10; i++) context.AddHeader($"X-{i}", value);
            context.Respond("x"u8, "text/plain");
        });
        Assert.That(answer, Does.EndWith($"X-9: {value}\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"));
    }

    [TestCase("A\r\nB", "x")]
    [TestCase("A", "x\r\nB: y")]
    [TestCase("A", "x\ny")]
    [TestCase("A", "x\0y")]
    [TestCase("A ", "x")]
    [TestCase("A:", "x")]
    [TestCase("", "x")]
    [TestCase("\u00E9", "x")]
    [TestCase("content-length", "5")]
    [TestCase("Transfer-Encoding", "chunked")]
    [TestCase("Connection", "close")]
    [TestCase("Date", "x")]
    [TestCase("Content-Type", "x")]
    public void AFieldThatIsNotLegalIsRefused(string name, string value)
    {
        Answer(context =>
        {
            Assert.That(() => context.AddHeader(name, value), Throws.ArgumentException);
            context.Respond(200);
        });
        Assert.That(() => PreparedResponse.Create(200, default, "", (name, value)), Throws.ArgumentException);
    }

    [Test]
    public void WhatIsNoResponseIsRefused() => Answer(static context =>
    {
        Assert.That(() => context.Respond(100), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => context.Respond(600), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => context.Respond(204, "x"u8), Throws.ArgumentException);
        Assert.That(() => context.Respond("x"u8, "text/plain\r\nX: y"), Throws.ArgumentException);
        Assert.That(() => context.Respond("x"u8, "text/\u00E9"), Throws.ArgumentException);
        Assert.That(() => context.Respond((PreparedResponse)null!), Throws.ArgumentNullException);
        Assert.That(context.HasResponded, Is.False);
        context.Respond(200);
    });

    [Test]
    public void ASecondResponseIsRefused() => Answer(static context =>
    {
        context.Respond("first"u8, "text/plain");
        Assert.That(context.HasResponded, Is.True);
        Assert.That(() => context.Respond("second"u8, "text/plain"), Throws.InvalidOperationException);
        Assert.That(() => context.Respond(SmallApplication.Hello), Throws.InvalidOperationException);
        Assert.That(() => context.AddHeader("A"u8, "b"u8), Throws.InvalidOperationException);
        Assert.That(context.CloseConnection, Throws.InvalidOperationException);
    });

    [TestCase("/")]
    [TestCase("/large")]
    [TestCase("/large-prepared")]
    [TestCase("/yield?q")]
    [TestCase("/missing")]
    public void HeadIsGetWithoutTheBody(string path)
    {
        var get = AskSmall($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        var head = AskSmall($"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That(head, Is.EqualTo(get[..(get.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)]));
    }

    [Test]
    public void AnswersToOnePieceOfInputLeaveInOneSend()
    {
        using var client = new Conversation();
        var answers = client.Ask(string.Concat(Enumerable.Repeat(Get, 16)) + "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That(answers, Does.StartWith(string.Concat(Enumerable.Repeat(SmallApplication.Ok("hello"), 16))));
        Assert.That(client.Reactor.Sends, Is.EqualTo(1), "bodies that are sent from where they lie included");
    }

    [TestCase("/large")]
    [TestCase("/large-prepared")]
    public void ALongBodyIsSentWhole(string path)
    {
        var answer = AskSmall($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That(answer, Does.EndWith("\r\nContent-Length: 100000\r\n\r\n" + Encoding.Latin1.GetString(SmallApplication.Large)));
    }

    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "Connection: close\r\n", false)]
    [TestCase("GET / HTTP/1.0\r\n\r\n", "Connection: close\r\n", false)]
    [TestCase("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: keep-alive\r\n", true)]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", "", true)]
    public void TheConnectionIsKeptOrClosedAsTheResponseSays(string request, string field, bool open)
    {
        using var client = new Conversation();
        Assert.That(client.Ask(request), Is.EqualTo($"HTTP/1.1 200 OK\r\n{Date}{field}Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
        Assert.That(client.IsOpen, Is.EqualTo(open));
    }

    [Test]
    public void TheHandlerMayCloseTheConnection()
    {
        using var client = new Conversation(static server => server.Map(HttpMethod.Get, "/", static context =>
        {
            context.CloseConnection();
            context.Respond(200);
        }));
        Assert.That(client.Ask(Get + Get), Is.EqualTo($"HTTP/1.1 200 OK\r\n{Date}Connection: close\r\nContent-Length: 0\r\n\r\n"));
        Assert.That(client.IsOpen, Is.False);
    }

    [Test]
    public void OptionsNamesTheMethods()
    {
        Assert.That(AskSmall("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo($"HTTP/1.1 204 No Content\r\n{Date}Allow: GET, HEAD, POST, OPTIONS\r\n\r\n"));
        Assert.That(AskSmall("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo($"HTTP/1.1 204 No Content\r\n{Date}Allow: GET, HEAD, POST, OPTIONS\r\n\r\n"));
        Assert.That(AskSmall("OPTIONS /stream HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo($"HTTP/1.1 204 No Content\r\n{Date}Allow: POST, OPTIONS\r\n\r\n"));
    }

    [Test]
    public void AnotherMethodIsNotAllowed()
    {
        using var client = new Conversation();
        Assert.That(client.Ask("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo($"HTTP/1.1 405 Method Not Allowed\r\n{Date}Allow: GET, HEAD, POST, OPTIONS\r\nContent-Length: 0\r\n\r\n"));
        Assert.That(client.Ask("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 405 "));
        Assert.That(client.Ask("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 405 "));
        Assert.That(client.Ask(Get), Is.EqualTo(SmallApplication.Ok("hello")), "the connection is kept");
    }

    [TestCase("/missing")]
    [TestCase("/item")]
    [TestCase("/item/")]
    [TestCase("/item/a/b")]
    [TestCase("//")]
    [TestCase("/./")]
    [TestCase("/%2F")]
    public void AnUnknownPathIsNotFound(string path) =>
        Assert.That(AskSmall($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 404 Not Found\r\n"));

    [Test]
    public void AnyMethodCanBeMapped()
    {
        using var client = new Conversation(static server =>
        {
            server.Map(new HttpMethod("PURGE"), "/", static context => context.Respond(context.Method.Method));
            server.Map(HttpMethod.Options, "/", static context => context.Respond("own"));
            server.Map(HttpMethod.Head, "/", static context => context.Respond(299));
        });
        Assert.That(client.Ask("PURGE / HTTP/1.1\r\nHost: a\r\n\r\n"), Does.EndWith("\r\n\r\nPURGE"));
        Assert.That(client.Ask("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n"), Does.EndWith("\r\n\r\nown"));
        Assert.That(client.Ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 299 "));
        Assert.That(client.Ask(Get), Does.Contain("\r\nAllow: HEAD, OPTIONS, PURGE\r\n"));
        Assert.That(client.Ask("PURGES / HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 501 "));
    }

    [Test]
    public void PathsThatCannotBeMapped()
    {
        using var server = new HttpServer();
        foreach (var path in new[] { "", "a", "/a b", "/a?b", "/\u00E9", "/a{b}", "/{}" })
            Assert.That(() => server.Map(HttpMethod.Get, path, static _ => { }), Throws.ArgumentException, path);
        server.Map(HttpMethod.Get, "/a/{b}", static _ => { });
        Assert.That(() => server.Map(HttpMethod.Get, "/a/{c}", static _ => { }), Throws.ArgumentException, "the parameter has a name already");
    }
}
