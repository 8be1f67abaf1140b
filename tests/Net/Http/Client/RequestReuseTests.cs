using FastCore.Net.Http.Client;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>A request that is begun anew has nothing of the one before.</summary>
[TestFixture]
internal sealed class RequestReuseTests
{
    private const string Hi = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    [Test]
    public void NothingIsLeftOfTheOneBefore()
    {
        using var conversation = new ClientConversation();
        var request = new HttpClientRequest(HttpMethod.Post, "/first?a=b") { IsIdempotent = true };
        request.AddHeader("Host", "other.test");
        request.AddHeader("X-First", "1");
        request.AddHeader("Connection", "close");
        request.SetBody("body"u8.ToArray());
        var first = conversation.Fetch(request);
        var connection = conversation.Accept();
        Assert.That(conversation.Sent(), Is.EqualTo("POST /first?a=b HTTP/1.1\r\nHost: other.test\r\nX-First: 1\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"));
        conversation.Send(connection, Hi);
        ClientConversation.Now(first);

        request.Reset(HttpMethod.Get, "/second"u8);
        Assert.That((request.Method, request.ClosesConnection), Is.EqualTo((HttpMethod.Get, false)));
        request.AddHeader("X-Second"u8, "2"u8);
        var second = conversation.Fetch(request);
        connection = conversation.Accept();
        Assert.That(conversation.Sent(), Is.EqualTo("GET /second HTTP/1.1\r\nHost: 127.0.0.1:81\r\nX-Second: 2\r\n\r\n"));
        conversation.Send(connection, Hi);
        ClientConversation.Now(second);

        request.Reset(HttpMethod.Post, "/third"u8);
        Assert.That(request.IsIdempotent, Is.False, "what was set of the first was of the first");
        var third = conversation.Fetch(request);
        Assert.That(conversation.Sent(), Is.EqualTo("POST /third HTTP/1.1\r\nHost: 127.0.0.1:81\r\nContent-Length: 0\r\n\r\n"));
        conversation.Send(connection, Hi);
        ClientConversation.Now(third);
    }

    [Test]
    public void ItIsMadeAndSentWithoutAnAllocation()
    {
        using var conversation = new ClientConversation();
        var request = new HttpClientRequest(HttpMethod.Get, "/");
        for (var i = 0; i < 3; i++) Make(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Make(request);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void Make(HttpClientRequest request)
        {
            request.Reset(HttpMethod.Get, "/some/target"u8);
            request.AddHeader("X-Name"u8, "value"u8);
        }
    }

    [Test]
    public void WhatIsRefusedChangesNothing()
    {
        var request = new HttpClientRequest(HttpMethod.Get, "/kept");
        Assert.Multiple(() =>
        {
            Assert.That(() => request.Reset(HttpMethod.Connect, "/"u8), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => request.Reset(HttpMethod.Get, "kept"u8), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => request.Reset(HttpMethod.Get, "/a b"u8), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => request.Reset(HttpMethod.Get, ""u8), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => request.AddHeader("X\r\n"u8, "1"u8), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => request.AddHeader("X"u8, "1\r\nY: 2"u8), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => request.AddHeader("content-length"u8, "1"u8), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => request.AddHeader("Host"u8, "a b"u8), Throws.InstanceOf<ArgumentException>());
        });
        using var conversation = new ClientConversation();
        var fetch = conversation.Fetch(request);
        var connection = conversation.Accept();
        Assert.That(conversation.Sent(), Is.EqualTo("GET /kept HTTP/1.1\r\nHost: 127.0.0.1:81\r\n\r\n"));
        conversation.Send(connection, Hi);
        ClientConversation.Now(fetch);
    }
}
