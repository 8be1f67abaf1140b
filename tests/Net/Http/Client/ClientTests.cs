using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>The pool against our own server, on every engine.</summary>
internal sealed class ClientTests(TransportKind kind) : HttpServerTest(kind)
{
    private readonly List<HttpConnectionPool> _pools = [];

    [TearDown]
    public async Task EndPools()
    {
        foreach (var pool in _pools)
        {
            await pool.DisposeAsync();
            Assert.That(async () => await pool.GetHost("http://127.0.0.1:1").FetchAsync(ClientConversation.Get()), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(ClientConversation.Left(pool), Is.EqualTo((0, 0, 0, 0, 0)), "left in the pool");
        }
        _pools.Clear();
    }

    [Test]
    public async Task RequestsOfEverySizeAreAnswered([Values] bool isSecure)
    {
        var server = StartEcho(isSecure);
        var host = Host(server, isSecure);
        foreach (var length in (int[])[0, 1, 1023, 1024, 70_000, 1_000_000])
        {
            var body = Enumerable.Range(0, length).Select(static i => (byte)(i * 31 >> 3)).ToArray();
            foreach (var isRead in (bool[])[false, true])
            {
                foreach (var isStreamed in (bool[])[false, true])
                {
                    var request = new HttpClientRequest(HttpMethod.Post, "/echo");
                    if (isRead) request.SetBody(new MemoryStream(body), isStreamed ? null : length);
                    else request.SetBody(body);
                    using var response = isStreamed ? await host.SendAsync(request) : await host.FetchAsync(request);
                    var back = isStreamed ? await ReadAll(response) : response.Body.ToArray();
                    Assert.That(back.AsSpan().SequenceEqual(body), $"{length} bytes");
                }
            }
        }
        Assert.That(host.Pool.Statistics.Connects, Is.EqualTo(1), "one connection was used for all");
    }

    [Test]
    public async Task ABodyWhosePipeGoesOnElsewhereIsSentAllTheSame()
    {
        var server = StartEcho(false);
        var host = Host(server, false);
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.ThreadPool, useSynchronizationContext: false));
        var request = new HttpClientRequest(HttpMethod.Post, "/echo");
        request.SetBody(pipe.Reader);
        var fetch = host.FetchAsync(request).AsTask();
        for (var i = 0; i < 100; i++) await pipe.Writer.WriteAsync(new byte[3_000]);
        await pipe.Writer.CompleteAsync();
        using var response = await fetch;
        Assert.That(response.Body.Length, Is.EqualTo(300_000));
    }

    [Test]
    public async Task ManyCallersShareFewConnections()
    {
        var server = StartEcho(false);
        var host = Host(server, false, new HttpConnectionPoolOptions { MaxConnectionsPerHost = 4, Reactors = 1 });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            for (var j = 0; j < 50; j++)
            {
                var request = new HttpClientRequest(HttpMethod.Post, "/echo");
                var text = $"{i} {j}";
                request.SetBody(Encoding.ASCII.GetBytes(text));
                using var response = await host.FetchAsync(request);
                Assert.That(response.BodyText, Is.EqualTo(text));
            }
        })));
        var statistics = host.Pool.Statistics;
        Assert.That((statistics.Requests, statistics.Busy, statistics.Failures), Is.EqualTo((1000L, 0, 0L)));
        Assert.That(statistics.Connects, Is.LessThanOrEqualTo(4));
    }

    [Test]
    public async Task AHandlerAsksOnItsOwnReactor()
    {
        var behind = StartEcho(false);
        HttpClientHost? host = null;
        var hops = 0;
        var gateway = Start(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            var thread = Environment.CurrentManagedThreadId;
            using var response = await host!.FetchAsync(ClientConversation.Get("/hello"));
            if (Environment.CurrentManagedThreadId != thread) Interlocked.Increment(ref hops);
            context.Respond(response.Body, "text/plain");
        }), new HttpServerOptions { Reactors = 2 });
        var pool = new HttpConnectionPool(null, gateway.Reactors);
        _pools.Add(pool);
        host = pool.GetHost($"http://{behind.EndPoint}");
        for (var i = 0; i < 10; i++)
        {
            using var peer = new HttpPeer(gateway);
            for (var j = 0; j < 10; j++) Assert.That(peer.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo((200, "hello")));
        }
        Assert.That(hops, Is.Zero);
        await pool.DisposeAsync();
    }

    [Test]
    public async Task ARequestOnTheReactorAllocatesNothing()
    {
        var server = StartEcho(false);
        var host = Host(server, false);
        var allocated = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Pool.Reactors[0].Post(() => _ = Measure());
        Assert.That(await allocated.Task, Is.LessThan(1000), "bytes for 1000 requests");

        async Task Measure()
        {
            try
            {
                var request = ClientConversation.Get("/hello");
                var before = 0L;
                for (var i = 0; i < 1200; i++)
                {
                    if (i == 200) before = GC.GetAllocatedBytesForCurrentThread();
                    using var response = await host.FetchAsync(request);
                    if (!response.Body.SequenceEqual("hello"u8)) throw new InvalidOperationException("It is another answer.");
                }
                allocated.SetResult(GC.GetAllocatedBytesForCurrentThread() - before);
            }
            catch (Exception failure)
            {
                allocated.SetException(failure);
            }
        }
    }

    [Test]
    public async Task ConnectionsAreOpenedBeforeTheyAreNeeded()
    {
        var server = StartEcho(false);
        var host = Host(server, false);
        await host.WarmUpAsync(5);
        Assert.That((host.Pool.Statistics.Idle, host.Pool.Statistics.Connects), Is.EqualTo((5, 5L)));
        await host.WarmUpAsync(3);
        Assert.That(host.Pool.Statistics.Connects, Is.EqualTo(5), "there are enough");
        using var response = await host.FetchAsync(ClientConversation.Get("/hello"));
        Assert.That(host.Pool.Statistics.Waits, Is.Zero);
    }

    [Test]
    public async Task AWaitThatLastsTooLongSaysWhatItWaitedFor()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Start(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            await hold.Task;
            context.Respond("late"u8, "text/plain");
        }));
        var host = Host(server, false, new HttpConnectionPoolOptions { MaxConnectionsPerHost = 1, QueueTimeout = TimeSpan.FromMilliseconds(60) });
        await host.WarmUpAsync(1);
        var first = host.FetchAsync(ClientConversation.Get()).AsTask();
        var failure = Assert.ThrowsAsync<TimeoutException>(async () => await host.FetchAsync(ClientConversation.Get()))!;
        Assert.That(failure.Message, Does.Match(@"has waited 0\.\d+ s .*1 of at most 1 connections are busy"));
        hold.SetResult();
        using var response = await first;
        Assert.That(response.BodyText, Is.EqualTo("late"));
    }

    [Test]
    public async Task CancellationFromAnotherThreadEndsAtOnce()
    {
        var never = new TaskCompletionSource();
        var server = Start(server => server.MapAsync(HttpMethod.Get, "/", async context =>
        {
            await never.Task;
            context.Respond("late"u8, "text/plain");
        }));
        var host = Host(server, false);
        for (var i = 0; i < 20; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var fetch = host.FetchAsync(ClientConversation.Get(), cancellation.Token).AsTask();
            if (i % 2 == 0) Until(() => server.Counters.Exchanges > 0);
            cancellation.Cancel();
            Assert.That(async () => await fetch.WaitAsync(Hang.Patience), Throws.InstanceOf<OperationCanceledException>());
            Until(() => host.Pool.Statistics is { Busy: 0, Exchanges: 0 });
        }
        never.SetResult();
        Until(() => server.Counters.Exchanges == 0);
    }

    [Test]
    public void AServerThatIsNotTrustedIsNotSpokenTo()
    {
        var server = StartEcho(true);
        var pool = new HttpConnectionPool(new HttpConnectionPoolOptions { Transport = Kind });
        _pools.Add(pool);
        var failure = Assert.ThrowsAsync<HttpRequestException>(async () => await pool.GetHost($"https://localhost:{server.EndPoint.Port}").FetchAsync(ClientConversation.Get("/hello")))!;
        Assert.That(failure.HttpRequestError, Is.EqualTo(HttpRequestError.SecureConnectionError));
        Assert.That(failure.InnerException, Is.InstanceOf<System.Security.Authentication.AuthenticationException>());
    }

    [Test]
    public void ClosedPortsAreTold()
    {
        var server = StartEcho(false);
        var port = server.EndPoint.Port;
        server.Dispose();
        var pool = new HttpConnectionPool(new HttpConnectionPoolOptions { Transport = Kind });
        _pools.Add(pool);
        var failure = Assert.ThrowsAsync<HttpRequestException>(async () => await pool.GetHost($"http://127.0.0.1:{port}").FetchAsync(ClientConversation.Get()))!;
        Assert.That(failure.HttpRequestError, Is.EqualTo(HttpRequestError.ConnectionError));
        Assert.That(failure.InnerException, Is.InstanceOf<System.Net.Sockets.SocketException>());
    }

    private HttpServer StartEcho(bool isSecure) => Start(Echo, isSecure ? new HttpServerOptions { Reactors = 1, Tls = new HttpTlsOptions { Certificate = SelfSigned.Localhost } } : null);

    internal static void Echo(HttpServer server)
    {
        server.Map(HttpMethod.Get, "/hello", static context => context.Respond("hello"u8, "text/plain"));
        server.MapAsync(HttpMethod.Post, "/echo", static async context =>
        {
            var body = context.StartResponse(200, "application/octet-stream");
            var buffer = new byte[10_000];
            var all = new MemoryStream();
            int count;
            while ((count = await context.ReadBodyAsync(buffer)) > 0) all.Write(buffer, 0, count);
            await body.WriteAsync(all.ToArray());
            body.Complete();
        });
    }

    [Test]
    public async Task RenegotiationIsForOptionsToAllow()
    {
        Assert.That(await AllowsAsync(null), Is.False);
        Assert.That(await AllowsAsync(new SslClientAuthenticationOptions()), Is.True, "the platform's default is not told from a wish");
        Assert.That(await AllowsAsync(new SslClientAuthenticationOptions { AllowRenegotiation = false }), Is.False);

        async Task<bool> AllowsAsync(SslClientAuthenticationOptions? options)
        {
            await using var pool = new HttpConnectionPool(new HttpConnectionPoolOptions { Transport = Kind, Reactors = 1, Tls = options });
            return pool.GetHost("https://localhost:1").Tls!.AllowRenegotiation;
        }
    }

    [Test]
    public void HandshakesThatWaitForTheNetworkHaveRoom() =>
        Assert.That(new HttpConnectionPoolOptions().MaxConcurrentHandshakes, Is.InRange(16, 1024));

    private HttpClientHost Host(HttpServer server, bool isSecure, HttpConnectionPoolOptions? options = null)
    {
        var pool = new HttpConnectionPool((options ?? new HttpConnectionPoolOptions()) with
        {
            Transport = Kind,
            Tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
            OnError = (failure, where) =>
            {
                lock (Errors) Errors.Add((failure, where));
            },
        });
        _pools.Add(pool);
        return pool.GetHost($"{(isSecure ? "https" : "http")}://localhost:{server.EndPoint.Port}");
    }

    private static async Task<byte[]> ReadAll(HttpClientResponse response)
    {
        var all = new MemoryStream();
        var buffer = new byte[7_777];
        int count;
        while ((count = await response.ReadAsync(buffer)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }
}

/// <summary>A certificate that nobody vouches for.</summary>
internal static class SelfSigned
{
    public static readonly X509Certificate2 Localhost = Make();

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
