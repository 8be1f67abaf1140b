using System.Diagnostics;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>What holds at the moment somebody is told of an end, and what an end leaves to be read.</summary>
[TestFixture]
internal sealed class EndingTests
{
    private static readonly HttpConnectionPoolOptions OneOfFour = new() { MaxConnectionsPerHost = 1, MaxPipelinedRequests = 4 };

    [Test]
    public void WhoeverStandsBehindIsToldWhenTheOneInFrontHasEnded([Values] bool isStopped)
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        var sending = conversation.Host.SendAsync(ClientConversation.Get("/front")).AsTask();
        HttpClientResponse front = default;
        var behind = FetchThenReadFront();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
        front = ClientConversation.Now(sending);
        if (isStopped)
        {
            _ = conversation.Pool.DisposeAsync();
            Assert.That(SpinWait.SpinUntil(
                () =>
                {
                    conversation.Reactor.RunPosted();
                    return behind.IsCompleted;
                },
                Hang.Milliseconds));
        }
        else
        {
            conversation.Reactor.End(connection, CloseReason.SendStalled);
        }
        Assert.That(ClientConversation.Now(behind), Is.EqualTo(1), "what had come is read");
        Assert.That(async () => await front.ReadAsync(new byte[8]), Throws.Exception, "and then how it ended");
        front.Dispose();

        async Task<int> FetchThenReadFront()
        {
            try
            {
                using var response = await conversation.Host.FetchAsync(ClientConversation.Get("/behind"));
            }
            catch (Exception failure) when (failure is TimeoutException or ObjectDisposedException)
            {
                return await front.ReadAsync(new byte[8]);
            }
            throw new InvalidOperationException("It has been answered.");
        }
    }

    [Test]
    public void ABodyInMemoryIsNotSentOnOnceItsResponseIsDisposedOf()
    {
        using var conversation = new ClientConversation();
        var request = new HttpClientRequest(HttpMethod.Post, "/");
        request.SetBody(new byte[8192]);
        var sending = conversation.Host.SendAsync(request).AsTask();
        var connection = conversation.Accept();
        conversation.Send(connection, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n");
        ClientConversation.Now(sending).Dispose();
        Assert.That(connection.IsOpen, Is.False);
    }

    [Test]
    public void NobodyIsSentBehindABodyThatIsHeldBack()
    {
        using var conversation = new ClientConversation(OneOfFour);
        var connection = Warm(conversation);
        var sending = conversation.Host.SendAsync(ClientConversation.Get("/long")).AsTask();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 70001\r\n\r\n" + new string('x', 70_000));
        using var response = ClientConversation.Now(sending);
        var next = conversation.Fetch(ClientConversation.Get("/next"));
        Assert.That(conversation.Sent(), Is.Empty);
        Assert.That(ClientConversation.Now(response.ReadAsync(new byte[60_000]).AsTask()), Is.EqualTo(60_000));
        Assert.That(conversation.Sent(), Does.StartWith("GET /next "), "it is read on");
        conversation.Send(connection, "xHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.That(ClientConversation.Now(next), Does.StartWith("200 OK"));
    }

    [Test]
    public void AnUpgradedConnectionsEndIsReadThoughItIsResetLater([Values] bool isWaiting)
    {
        using var conversation = new ClientConversation();
        using var response = Upgrade(conversation, out var connection);
        var buffer = new byte[8];
        var read = isWaiting ? response.ReadAsync(buffer).AsTask() : null;
        conversation.Reactor.FinishPeer(connection);
        conversation.Reactor.End(connection, CloseReason.PeerReset);
        read ??= response.ReadAsync(buffer).AsTask();
        Assert.That(ClientConversation.Now(read), Is.Zero);
    }

    [Test]
    public void AnUpgradedConnectionDisposedOfIsNoFailure()
    {
        using var conversation = new ClientConversation();
        var failures = new List<object?>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source == HttpPoolMetrics.Activities,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            // Other tests' are told of too.
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("server.port") is 81) failures.Add(activity.GetTagItem("error.type"));
            },
        };
        ActivitySource.AddActivityListener(listener);
        var response = Upgrade(conversation, out _);
        response.Dispose();
        Assert.That(failures, Is.EqualTo(new object?[] { null }));
    }

    private static HttpClientResponse Upgrade(ClientConversation conversation, out Connection connection)
    {
        var request = ClientConversation.Get();
        request.AddHeader("Connection", "Upgrade");
        request.AddHeader("Upgrade", "letters");
        var sending = conversation.Host.SendAsync(request).AsTask();
        connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: letters\r\n\r\n");
        return ClientConversation.Now(sending);
    }

    private static Connection Warm(ClientConversation conversation)
    {
        var fetch = conversation.Fetch();
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.That(fetch.IsCompleted);
        return connection;
    }
}
