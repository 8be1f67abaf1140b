using System.Text;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>Several requests on one connection, on a reactor whose time and whose peers are the test's.</summary>
[TestFixture]
internal sealed class PipeliningTests
{
    private static readonly HttpConnectionPoolOptions OneOfFour = new() { MaxConnectionsPerHost = 1, MaxPipelinedRequests = 4 };

    [Test]
    public void RequestsAreSentBehindOthersAndAnsweredInTheirOrder()
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        var fetches = Fetch(conversation, 6);
        Assert.That(Targets(conversation), Is.EqualTo("/0 /1 /2 /3"), "as many as may be");
        Assert.That(conversation.Pool.Statistics.Waiting, Is.EqualTo(2));
        conversation.Send(connection, Answer("a") + Answer("b"));
        Assert.That(Bodies(fetches[..2]), Is.EqualTo("a b"));
        Assert.That(Targets(conversation), Is.EqualTo("/4 /5"), "whoever waits takes the room");
        conversation.Send(connection, Answer("c") + Answer("d") + Answer("e") + Answer("f"));
        Assert.That(Bodies(fetches), Is.EqualTo("a b c d e f"));
        Assert.That((conversation.Pool.Statistics.Idle, conversation.Pool.Statistics.Connects, conversation.Pool.Statistics.Reuses), Is.EqualTo((1, 1L, 6L)));
    }

    [Test]
    public void WithoutBeingAskedForNothingIsShared()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxConnectionsPerHost = 1 });
        var connection = Warm(conversation);
        var fetches = Fetch(conversation, 2);
        Assert.That(Targets(conversation), Is.EqualTo("/0"));
        conversation.Send(connection, Answer("a"));
        Assert.That(Targets(conversation), Is.EqualTo("/1"));
        conversation.Send(connection, Answer("b"));
        Assert.That(Bodies(fetches), Is.EqualTo("a b"));
    }

    [Test]
    public void ANewConnectionIsTriedWithOneRequestAndAnotherIsOpenedBeforeOneIsShared()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxConnectionsPerHost = 2, MaxPipelinedRequests = 4 });
        var fetches = Fetch(conversation, 5);
        var first = conversation.Accept();
        var second = conversation.Accept();
        Assert.That(Targets(conversation), Is.EqualTo("/0 /1"));
        conversation.Send(first, Answer("a"));
        Assert.That(Targets(conversation), Is.EqualTo("/2 /3 /4"), "the server keeps connections");
        conversation.Send(second, Answer("b"));
        conversation.Send(first, Answer("c") + Answer("d") + Answer("e"));
        Assert.That(Bodies(fetches), Is.EqualTo("a b c d e"));
    }

    [TestCase("POST", "")]
    [TestCase("PUT", "body")]
    public void WhatMustNotBeSentTwiceSharesNothing(string method, string body)
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        var before = Fetch(conversation, 2);
        var request = new HttpClientRequest(new HttpMethod(method), "/alone");
        if (body.Length > 0) request.SetBody(Encoding.ASCII.GetBytes(body));
        var alone = conversation.Fetch(request);
        var behind = Fetch(conversation, 2);
        Assert.That(Targets(conversation), Is.EqualTo("/0 /1"), "and nobody overtakes it");
        conversation.Send(connection, Answer("a"));
        Assert.That(Targets(conversation), Is.Empty);
        conversation.Send(connection, Answer("b"));
        Assert.That(Targets(conversation), Is.EqualTo("/alone"));
        conversation.Send(connection, Answer("c"));
        Assert.That(Targets(conversation), Is.EqualTo("/0 /1"));
        conversation.Send(connection, Answer("d") + Answer("e"));
        Assert.That(Bodies([.. before, alone, .. behind]), Is.EqualTo("a b c d e"));
    }

    [Test]
    public void AServerThatEndsAConnectionIsAskedAgainForTheRestOneByOne()
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        var fetches = Fetch(conversation, 4);
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na");
        Assert.That(Bodies(fetches[..1]), Is.EqualTo("a"));
        conversation.Reactor.End(connection, CloseReason.PeerFinished);
        foreach (var (target, body) in (ReadOnlySpan<(string, string)>)[("/1", "b"), ("/2", "c"), ("/3", "d")])
        {
            var next = conversation.Reactor.Connecting.Count > 0 ? conversation.Accept() : connection;
            connection = next;
            Assert.That(Targets(conversation), Is.EqualTo(target), "alone, and in order");
            conversation.Send(connection, Answer(body));
        }
        Assert.That(Bodies(fetches), Is.EqualTo("a b c d"));
        Assert.That(conversation.Pool.Statistics.Retries, Is.EqualTo(3));
    }

    [TestCase("", "ResponseEnded", Description = "whoever is in front has been sent again once, on a connection that was new")]
    [TestCase("H", "ResponseEnded", Description = "his answer had begun")]
    public void AConnectionThatBreaksOffCostsWhomeverItWasAnswering(string begun, string second)
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        var fetches = Fetch(conversation, 3);
        conversation.Sent();
        if (begun.Length > 0) conversation.Send(connection, begun);
        conversation.Reactor.End(connection, CloseReason.PeerReset);
        connection = conversation.Accept();
        var isSentAgain = begun.Length == 0;
        Assert.That(Targets(conversation), Is.EqualTo(isSentAgain ? "/0" : "/1"));
        if (!isSentAgain) Assert.That(ClientConversation.Now(fetches[0]), Is.EqualTo(second));
        for (var i = isSentAgain ? 0 : 1; i < 3; i++)
        {
            conversation.Send(connection, Answer($"{i}"));
            Assert.That(ClientConversation.Now(fetches[i]), Does.Contain($" {i} "));
            conversation.Sent();
        }
    }

    [Test]
    public void AnAnswerTooManyIsNobodys()
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        Task<string>? later = null;
        var first = FetchThen(() => later = conversation.Fetch(ClientConversation.Get("/later")));
        var second = conversation.Fetch(ClientConversation.Get("/second"));
        Assert.That(Targets(conversation), Is.EqualTo("/first /second"));
        // The third answer came before the third request was sent, which the end of the first one has led to.
        conversation.Send(connection, Answer("a") + Answer("b") + Answer("poison"));
        Assert.That(Bodies([first, second]), Is.EqualTo("a b"));
        Assert.That(later!.IsCompleted, Is.False);
        Assert.That(connection.IsOpen, Is.False, "nobody knows what it says");
        conversation.Reactor.End(connection, CloseReason.Closed);
        connection = conversation.Accept();
        Assert.That(Targets(conversation), Does.EndWith("/later"));
        conversation.Send(connection, Answer("c"));
        Assert.That(Bodies([later]), Is.EqualTo("c"));

        async Task<string> FetchThen(Action then)
        {
            using var response = await conversation.Host.FetchAsync(ClientConversation.Get("/first"));
            then();
            return ClientConversation.Describe(response);
        }
    }

    [Test]
    public void WhoeverGoesHarmsNobody([Values(0, 1, 2)] int who)
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        using var gone = new CancellationTokenSource();
        var fetches = Enumerable.Range(0, 3).Select(i => conversation.Fetch(ClientConversation.Get($"/{i}"), i == who ? gone.Token : default)).ToArray();
        conversation.Sent();
        gone.Cancel();
        conversation.Reactor.RunPosted();
        Assert.That(ClientConversation.Now(fetches[who]), Is.EqualTo(nameof(OperationCanceledException)));
        var late = conversation.Fetch(ClientConversation.Get("/late"));
        Assert.That(Targets(conversation), Is.Empty, "nobody is sent behind an answer that is read for nobody");
        conversation.Send(connection, Answer("0") + "HTTP/1.1 103 Early Hints\r\n\r\n" + Answer("1") + Answer("2"));
        for (var i = 0; i < 3; i++)
        {
            if (i != who) Assert.That(ClientConversation.Now(fetches[i]), Does.Contain($" {i} "));
        }
        Assert.That(Targets(conversation), Is.EqualTo("/late"));
        conversation.Send(connection, Answer("late"));
        Assert.That(Bodies([late]), Is.EqualTo("late"));
    }

    [Test]
    public void AnAnswerForNobodyThatIsLateOrLongEndsTheConnection([Values] bool isLong)
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        using var gone = new CancellationTokenSource();
        var first = conversation.Fetch(ClientConversation.Get("/0"), gone.Token);
        var second = conversation.Fetch(ClientConversation.Get("/1"));
        conversation.Sent();
        gone.Cancel();
        conversation.Reactor.RunPosted();
        Assert.That(ClientConversation.Now(first), Is.EqualTo(nameof(OperationCanceledException)));
        if (isLong) conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + new string('x', 70_000));
        else conversation.Reactor.Pass(2_000);
        Assert.That(connection.IsOpen, Is.False);
        conversation.Reactor.End(connection, CloseReason.Aborted);
        connection = conversation.Accept();
        Assert.That(Targets(conversation), Is.EqualTo("/1"));
        conversation.Send(connection, Answer("b"));
        Assert.That(Bodies([second]), Is.EqualTo("b"));
    }

    [Test]
    public void EachHasItsOwnTime()
    {
        using var conversation = new ClientConversation(OneOfFour with { HeadersTimeout = TimeSpan.FromSeconds(10) });
        var connection = Warm(conversation);
        var first = conversation.Fetch(ClientConversation.Get("/0"));
        conversation.Reactor.Pass(4_000);
        var second = conversation.Fetch(ClientConversation.Get("/1"));
        conversation.Reactor.Pass(3_000);
        var third = conversation.Fetch(ClientConversation.Get("/2"));
        conversation.Sent();
        conversation.Reactor.Pass(2_000);
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
        conversation.Reactor.Pass(4_999);
        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((false, false)), "the first has its head, the second a moment left");
        conversation.Reactor.Pass(1);
        Assert.That(ClientConversation.Now(second), Is.EqualTo(nameof(TimeoutException)));
        Assert.That(third.IsCompleted, Is.False);
        conversation.Send(connection, "a" + Answer("b") + Answer("c"));
        Assert.That((ClientConversation.Now(first), Bodies([third])), Is.EqualTo((ClientConversation.Now(first), "c")));
        Assert.That(ClientConversation.Now(first), Does.Contain(" aa "));
    }

    [Test]
    public void ARefusedAnswerCostsNoneOfThoseBehind()
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        var fetches = Fetch(conversation, 2);
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" + Answer("no"));
        Assert.That(ClientConversation.Now(fetches[0]), Is.EqualTo("InvalidResponse"));
        conversation.Reactor.End(connection, CloseReason.Aborted);
        connection = conversation.Accept();
        Assert.That(Targets(conversation), Is.EqualTo("/1"));
        conversation.Send(connection, Answer("b"));
        Assert.That(Bodies(fetches[1..]), Is.EqualTo("b"));
    }

    [Test]
    public void AnswersAreToldApartHoweverTheyAreCut()
    {
        const string Heads = "HTTP/1.1 204 No Content\r\n\r\n";
        var bytes = Answer("first") + Heads + "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: v\r\n\r\n" + "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var fetches = (Task<string>[])[.. Fetch(conversation, 3), conversation.Fetch(new HttpClientRequest(HttpMethod.Head, "/3"))];
            conversation.Sent();
            conversation.Send(connection, bytes[..cut]);
            conversation.Send(connection, bytes[cut..]);
            Assert.That(string.Join('|', fetches.Select(ClientConversation.Now)), Is.EqualTo(
                "200 OK [Content-Length=5;] first []|204 No Content []  []|200 OK [Transfer-Encoding=chunked;] abc [T=v;]|200 OK [Content-Length=7;]  []"), $"cut at {cut}");
        }
        Assert.That(conversation.Pool.Statistics.Connects, Is.EqualTo(1));
    }

    [Test]
    public void AnOldConnectionTakesNoMore()
    {
        using var conversation = new ClientConversation(OneOfFour with { ConnectionLifetime = TimeSpan.FromSeconds(5) });
        var connection = Warm(conversation);
        var fetches = Fetch(conversation, 2);
        conversation.Reactor.Pass(5_000);
        var late = conversation.Fetch(ClientConversation.Get("/late"));
        Assert.That(Targets(conversation), Is.EqualTo("/0 /1"));
        conversation.Send(connection, Answer("a") + Answer("b"));
        Assert.That(Bodies(fetches), Is.EqualTo("a b"));
        conversation.Reactor.EndEnding();
        connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, Answer("c"));
        Assert.That(Bodies([late]), Is.EqualTo("c"));
    }

    private static Connection Warm(ClientConversation conversation)
    {
        var fetch = conversation.Fetch();
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, Answer("warm"));
        Assert.That(fetch.IsCompleted);
        return connection;
    }

    private static Task<string>[] Fetch(ClientConversation conversation, int count) =>
        [.. Enumerable.Range(0, count).Select(i => conversation.Fetch(ClientConversation.Get($"/{i}")))];

    private static string Answer(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static string Targets(ClientConversation conversation) =>
        string.Join(' ', conversation.Sent().Split("\r\n").Where(static line => line.EndsWith(" HTTP/1.1", StringComparison.Ordinal)).Select(static line => line.Split(' ')[1]));

    private static string Bodies(IEnumerable<Task<string>> fetches) => string.Join(' ', fetches.Select(static fetch => ClientConversation.Now(fetch).Split(' ')[^2]));
}
