namespace FastCore.Net.Tests.Http;

/// <summary>The answer never depends on how the bytes were cut: whole, in two at every place, byte by byte, pipelined.</summary>
internal sealed class SegmentationTests
{
    private static string[] Requests => [.. RequestCorpus.Served.Select(static request => request.Text)];

    private static RequestCorpus.Case[] Refused => RequestCorpus.Refused;

    [Test]
    public void AGoodRequestIsAnsweredHoweverItIsCut([Range(0, 19)] int index)
    {
        var (text, body) = RequestCorpus.Served[index];
        for (var cut = 0; cut <= text.Length; cut++)
        {
            using var client = new Conversation();
            if (cut > 0) client.Send(text[..cut]);
            // What a delayed flush would add must come too, and nothing before the request has ended.
            if (cut < text.Length && !text.Contains("/ignore")) Assert.That(client.Output, Is.Empty, $"cut at {cut}");
            if (cut < text.Length) client.Send(text[cut..]);
            Assert.That(client.Output, Is.EqualTo(SmallApplication.Ok(body)), $"cut at {cut}");
            Assert.That(client.IsOpen, Is.True);
            Assert.That(client.BuffersInUse, Is.Zero, "an idle connection keeps a buffer");
            Assert.That(client.Errors, Is.Empty);
        }
    }

    [Test]
    public void ThereIsATestForEachGoodRequest() => Assert.That(Requests, Has.Length.EqualTo(20));

    [Test]
    public void GoodRequestsByteByByte([ValueSource(nameof(Requests))] string text)
    {
        using var whole = new Conversation();
        using var bytes = new Conversation();
        whole.Send(text);
        foreach (var c in text) bytes.Send(c.ToString());
        Assert.That(bytes.Output, Is.EqualTo(whole.Output));
        Assert.That(bytes.IsOpen, Is.True);
    }

    [TestCaseSource(nameof(Refused))]
    public void ABadRequestIsRefusedHoweverItIsCut(RequestCorpus.Case request)
    {
        using var whole = new Conversation();
        whole.Send(request.Text);
        var expected = whole.Output;
        Assert.That(expected, Does.StartWith($"HTTP/1.1 {request.Status} "));
        Assert.That(expected, Does.Contain("\r\nConnection: close\r\n"));
        Assert.That(whole.IsOpen, Is.False);
        for (var cut = 1; cut < request.Text.Length; cut++)
        {
            using var client = new Conversation();
            client.Send(request.Text[..cut]);
            client.Send(request.Text[cut..]);
            Assert.That(client.Output, Is.EqualTo(expected), $"cut at {cut}");
            Assert.That(client.IsOpen, Is.False);
        }
        using var bytes = new Conversation();
        foreach (var c in request.Text) bytes.Send(c.ToString());
        Assert.That(bytes.Output, Is.EqualTo(expected), "byte by byte");
    }

    [TestCaseSource(nameof(Refused))]
    public void NothingAfterABadRequestIsAnswered(RequestCorpus.Case request)
    {
        using var client = new Conversation();
        client.Send($"GET / HTTP/1.1\r\nHost: a\r\n\r\n{request.Text}\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n");
        client.Send("GET /target HTTP/1.1\r\nHost: a\r\n\r\n");
        var answers = client.Output;
        Assert.That(answers, Does.StartWith(SmallApplication.Ok("hello") + $"HTTP/1.1 {request.Status} "));
        Assert.That(answers.Split("\r\nDate: "), Has.Length.EqualTo(3), "two answers");
    }

    /// <summary>All good requests in one stream, in pieces of every size up to 64 and of some larger: the answers come in order.</summary>
    [Test]
    public void PipelinedRequestsAreAnsweredInOrder()
    {
        var stream = string.Concat(Requests);
        var expected = string.Concat(RequestCorpus.Served.Select(static request => SmallApplication.Ok(request.Body)));
        foreach (var size in Enumerable.Range(1, 64).Concat([100, 333, 1000, stream.Length]))
        {
            using var client = new Conversation();
            for (var at = 0; at < stream.Length; at += size) client.Send(stream[at..Math.Min(stream.Length, at + size)]);
            Assert.That(client.Output, Is.EqualTo(expected), $"pieces of {size}");
            Assert.That(client.Requests, Is.EqualTo(Requests.Length));
        }
    }

    /// <summary>The same with the answers taken between the pieces, so that handlers resume at every moment.</summary>
    [Test]
    public void PipelinedRequestsAreAnsweredInOrderWithTurnsBetween()
    {
        var stream = string.Concat(Requests);
        var expected = string.Concat(RequestCorpus.Served.Select(static request => SmallApplication.Ok(request.Body)));
        foreach (var size in Enumerable.Range(1, 40))
        {
            using var client = new Conversation();
            var answers = "";
            for (var at = 0; at < stream.Length; at += size)
            {
                client.Send(stream[at..Math.Min(stream.Length, at + size)]);
                answers += client.Take();
            }
            Assert.That(answers + client.Take(), Is.EqualTo(expected), $"pieces of {size}");
        }
    }
}
