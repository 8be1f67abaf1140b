using System.Text;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>A pool on a <see cref="ManualReactor"/>, and the servers' side of its connections. When it ends, nothing may be left.</summary>
internal sealed class ClientConversation : IDisposable
{
    private readonly SynchronizationContext? _before = SynchronizationContext.Current;

    public ClientConversation(HttpConnectionPoolOptions? options = null, string address = "http://127.0.0.1:81")
    {
        Reactor.Enter();
        Pool = new HttpConnectionPool(options, [Reactor]);
        Host = Pool.GetHost(address);
    }

    public ManualReactor Reactor { get; } = new();

    public HttpConnectionPool Pool { get; }

    public HttpClientHost Host { get; }

    /// <summary>Fetches, and tells of the outcome in one line.</summary>
    public async Task<string> Fetch(HttpClientRequest? request = null, CancellationToken token = default)
    {
        try
        {
            using var response = await Host.FetchAsync(request ?? Get(), token);
            return Describe(response);
        }
        catch (HttpRequestException failure)
        {
            return failure.HttpRequestError.ToString();
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            return failure.GetType().Name;
        }
    }

    public static HttpClientRequest Get(string target = "/") => new(HttpMethod.Get, target);

    public static string Describe(HttpClientResponse response)
    {
        var text = new StringBuilder().Append((int)response.Status).Append(' ').Append(Encoding.Latin1.GetString(response.Reason)).Append(" [");
        foreach (var field in response.Headers) text.Append(Encoding.Latin1.GetString(field.Name)).Append('=').Append(Encoding.Latin1.GetString(field.Value)).Append(';');
        text.Append("] ").Append(Encoding.Latin1.GetString(response.Body)).Append(" [");
        foreach (var field in response.Trailers) text.Append(Encoding.Latin1.GetString(field.Name)).Append('=').Append(Encoding.Latin1.GetString(field.Value)).Append(';');
        return text.Append(']').ToString();
    }

    /// <summary>Opens the connection that has been tried for longest.</summary>
    public Connection Accept()
    {
        var (_, connection) = Reactor.Connecting[0];
        Reactor.Connecting.RemoveAt(0);
        Reactor.Open(connection);
        return connection;
    }

    /// <summary>What has been sent, over all connections.</summary>
    public string Sent()
    {
        var text = new StringBuilder();
        Reactor.RunPosted();
        for (var sent = Reactor.Flush(); sent.Length > 0; sent = Reactor.Flush())
        {
            text.Append(Encoding.Latin1.GetString(sent));
            Reactor.RunPosted();
        }
        return text.ToString();
    }

    public void Send(Connection connection, string text)
    {
        Reactor.Receive(connection, Encoding.Latin1.GetBytes(text));
        Reactor.RunPosted();
    }

    public void Dispose()
    {
        var end = Pool.DisposeAsync().AsTask();
        Assert.That(SpinWait.SpinUntil(() =>
        {
            Reactor.RunPosted();
            Reactor.Flush();
            Reactor.EndEnding();
            return end.IsCompleted;
        }, Hang.Milliseconds), "The pool did not end.");
        SynchronizationContext.SetSynchronizationContext(_before);
        Assert.Multiple(() =>
        {
            Assert.That(Left(Pool), Is.EqualTo((0, 0, 0, 0, 0)), "left in the pool");
            Assert.That(Pool.Shards[0].Buffers.Leased, Is.Zero, "buffers left");
            Assert.That(Reactor.SendBlocks, Is.Zero, "send blocks left");
            Assert.That(Reactor.Pins, Is.Zero, "memory pinned");
        });
        Reactor.Dispose();
    }

    /// <summary>The result of what must have ended by now: waiting for it would wait for ever.</summary>
    public static T Now<T>(Task<T> task)
    {
        Assert.That(task.IsCompleted, "It has neither come nor failed.");
        return task.Result;
    }

    /// <summary>What a pool holds, which is nothing once it has ended and everybody has let go.</summary>
    public static (int, int, int, int, int) Left(HttpConnectionPool pool)
    {
        var now = pool.Statistics;
        return (now.Idle, now.Busy, now.Connecting, now.Waiting, now.Exchanges);
    }
}
