using System.Net;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>Several requests on one connection, over sockets and on every engine.</summary>
internal sealed class PipeliningOverSocketsTests(TransportKind kind) : HttpServerTest(kind)
{
    private const int Callers = 32;
    private const int Each = 60;

    [Test]
    public async Task ManyCallersShareFewConnections()
    {
        var server = Start(static server => server.Map(HttpMethod.Get, "/{name}", static context => context.Respond(context.Path, "text/plain")));
        await using var pool = Pool(2);
        await AskAll(pool.GetHost($"http://{server.EndPoint}"));
        Assert.That((pool.Statistics.Requests, pool.Statistics.Failures, pool.Statistics.Retries), Is.EqualTo(((long)Callers * Each, 0L, 0L)));
        Assert.That(pool.Statistics.Connects, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task AHostileServerNeverGivesOneCallerTheAnswerOfAnother([Values(1, 2, 3)] int seed)
    {
        using var server = new HostileServer(seed);
        await using var pool = Pool(3);
        var (answered, failed) = await AskAll(pool.GetHost(server.Address));
        Assert.That(answered + failed, Is.EqualTo(Callers * Each));
        Assert.That(answered, Is.GreaterThan(Callers * Each / 2), $"seed {seed}: nearly all can be sent again");
        Assert.That(ClientConversation.Left(pool) is var (_, busy, _, waiting, exchanges) && (busy, waiting, exchanges) == (0, 0, 0));
    }

    [Test]
    public async Task ASharedConnectionAllocatesNothing()
    {
        var server = Start(static server => server.Map(HttpMethod.Get, "/", static context => context.Respond("hello"u8, "text/plain")));
        await using var pool = Pool(1);
        var host = pool.GetHost($"http://{server.EndPoint}");
        var request = ClientConversation.Get();
        var allocated = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = 0L;
        var asked = 0;
        pool.Reactors[0].Post(() =>
        {
            for (var i = 0; i < 16; i++) _ = Measure();
        });
        Assert.That(await allocated.Task, Is.LessThan(1000), "bytes for 4000 requests");
        Assert.That(pool.Statistics.Connects, Is.EqualTo(1));

        async Task Measure()
        {
            try
            {
                while (asked < 5000)
                {
                    if (++asked == 1000) before = GC.GetAllocatedBytesForCurrentThread();
                    using var response = await host.FetchAsync(request);
                    if (!response.Body.SequenceEqual("hello"u8)) throw new InvalidOperationException("It is another answer.");
                    if (asked == 5000) allocated.TrySetResult(GC.GetAllocatedBytesForCurrentThread() - before);
                }
            }
            catch (Exception failure)
            {
                allocated.TrySetException(failure);
            }
        }
    }

    private HttpConnectionPool Pool(int connections) => new(new HttpConnectionPoolOptions
    {
        Transport = Kind,
        MaxConnectionsPerHost = connections,
        MaxPipelinedRequests = 16,
        OnError = (failure, where) =>
        {
            lock (Errors) Errors.Add((failure, where));
        },
    });

    private static async Task<(int Answered, int Failed)> AskAll(HttpClientHost host)
    {
        var answered = 0;
        var failed = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(async () =>
        {
            for (var j = 0; j < Each; j++)
            {
                try
                {
                    using var response = await host.FetchAsync(new HttpClientRequest(HttpMethod.Get, $"/{i}.{j}"));
                    Assert.That(response.BodyText, Is.EqualTo($"/{i}.{j}"));
                    Interlocked.Increment(ref answered);
                }
                catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }))).WaitAsync(Hang.Patience);
        return (answered, failed);
    }

    /// <summary>Answers in order, and else as it likes: in pieces, with interim responses, closing and breaking off. What it says too much is in <see cref="PipeliningTests"/>, where nothing can cross it on the way.</summary>
    private sealed class HostileServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Random _random;

        public HostileServer(int seed)
        {
            _random = new Random(seed);
            _listener.Start();
            _ = RunAsync();
        }

        public string Address => $"http://{_listener.LocalEndpoint}";

        public void Dispose() => _listener.Dispose();

        private int Next(int limit)
        {
            lock (_random) return _random.Next(limit);
        }

        private async Task RunAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }

        private async Task ServeAsync(Socket socket)
        {
            using var connection = socket;
            connection.NoDelay = true;
            try
            {
                var input = new byte[8192];
                var text = "";
                int count;
                while ((count = await connection.ReceiveAsync(input)) > 0)
                {
                    text += Encoding.ASCII.GetString(input, 0, count);
                    for (var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal); end >= 0; end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal))
                    {
                        var target = text.Split(' ')[1];
                        text = text[(end + 4)..];
                        var fate = Next(100);
                        if (fate == 0) return;
                        var answer = (Next(4) == 0 ? "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" : "")
                            + $"HTTP/1.1 200 OK\r\n{(fate == 1 ? "Connection: close\r\n" : "")}Content-Length: {target.Length}\r\n\r\n{target}";
                        var bytes = Encoding.ASCII.GetBytes(answer);
                        var cut = Next(bytes.Length);
                        await connection.SendAsync(bytes.AsMemory(0, cut));
                        if (fate == 2) return;
                        await connection.SendAsync(bytes.AsMemory(cut));
                        if (fate == 1) return;
                    }
                }
            }
            catch (SocketException)
            {
                // The client has gone.
            }
        }
    }
}
