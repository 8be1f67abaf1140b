using System.Diagnostics;
using System.Text;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>Whoever lets go of a response while somebody else begins to read it.</summary>
[TestFixture]
internal sealed class LettingGoTests
{
    private const string Switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: letters\r\n\r\n";
    private const string HalfAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";

    [Test]
    public void AReadThatBeginsElsewhereJustThenEnds([Values] bool isUpgraded)
    {
        using var conversation = new ClientConversation();
        var request = isUpgraded ? Upgrade() : ClientConversation.Get();
        var (connection, response) = SendElsewhere(conversation, request, isUpgraded ? Switched : HalfAnswer);
        conversation.Reactor.WhenAskedElsewhere = response.Dispose;
        var read = Task.Run(async () => await response.ReadAsync(new byte[16]));
        Pump(conversation, () => read.IsCompleted);
        Assert.That(read.Exception?.InnerException, Is.InstanceOf<HttpRequestException>().Or.InstanceOf<ObjectDisposedException>());
        Assert.That(conversation.Pool.Statistics.Exchanges, Is.Zero, "it is handed back once");
        conversation.Reactor.EndEnding();
        AskElsewhere(conversation);
    }

    [Test]
    public void AReadThatBeginsAfterwardsThrows()
    {
        using var conversation = new ClientConversation();
        var (_, response) = SendElsewhere(conversation, Upgrade(), Switched);
        var stream = response.UpgradedStream;
        response.Dispose();
        Pump(conversation, () => conversation.Pool.Statistics.Exchanges == 0);
        Assert.That(async () => await stream.ReadAsync(new byte[16]), Throws.InstanceOf<ObjectDisposedException>());
        stream.Dispose();
    }

    private static HttpClientRequest Upgrade()
    {
        var request = ClientConversation.Get();
        request.AddHeader("Connection", "Upgrade");
        request.AddHeader("Upgrade", "letters");
        return request;
    }

    /// <summary>Sends on another thread than the reactor's, so that the exchange belongs to no reactor.</summary>
    private static (Connection, HttpClientResponse) SendElsewhere(ClientConversation conversation, HttpClientRequest request, string answer)
    {
        var sending = Task.Run(async () => await conversation.Host.SendAsync(request));
        Pump(conversation, () => conversation.Reactor.Connecting.Count > 0);
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, answer);
        Pump(conversation, () => sending.IsCompleted);
        return (connection, sending.Result);
    }

    /// <summary>What is used again works.</summary>
    private static void AskElsewhere(ClientConversation conversation)
    {
        var (_, response) = SendElsewhere(conversation, ClientConversation.Get(), Answer);
        Assert.That(Encoding.ASCII.GetString(response.Body), Is.EqualTo("next"));
        response.Dispose();
    }

    private static void Pump(ClientConversation conversation, Func<bool> isDone)
    {
        var began = Stopwatch.GetTimestamp();
        while (!isDone())
        {
            conversation.Reactor.RunPosted();
            Thread.Yield();
            Assert.That(Stopwatch.GetElapsedTime(began).TotalMilliseconds, Is.LessThan(Hang.Milliseconds), "It hangs.");
        }
    }
}
