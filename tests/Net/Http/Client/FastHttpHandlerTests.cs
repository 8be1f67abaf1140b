using System.Net;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary><see cref="HttpClient"/> over the pool: what its users rely on.</summary>
internal sealed class FastHttpHandlerTests(TransportKind kind) : HttpServerTest(kind)
{
    private HttpConnectionPool _pool = null!;
    private HttpServer _server = null!;
    private HttpClient _client = null!;

    [SetUp]
    public void StartBoth()
    {
        _server = Start(static server =>
        {
            ClientTests.Echo(server);
            SmallApplication.Map(server);
            server.Map(HttpMethod.Post, "/fields", static context =>
            {
                context.AddHeader("X-Seen"u8, context.Headers.TryGet("X-Sent"u8, out var sent) ? sent : default);
                context.Respond(context.Headers.TryGet("Content-Type"u8, out var type) ? type : default, "text/plain");
            });
            server.MapAsync(HttpMethod.Get, "/trailers", static async context =>
            {
                var body = context.StartResponse(200, "text/plain");
                await body.WriteAsync("body"u8.ToArray());
                body.AddTrailer("X-Sum"u8, "7"u8);
                body.Complete();
            });
            server.MapAsync(HttpMethod.Get, "/endless", static async context =>
            {
                var body = context.StartResponse(200, "text/plain");
                var piece = new byte[10_000];
                while (!(await body.WriteAsync(piece)).IsCompleted) { }
            });
        });
        _pool = new HttpConnectionPool(new HttpConnectionPoolOptions { Transport = Kind });
        _client = new HttpClient(new FastHttpHandler(_pool)) { BaseAddress = new Uri($"http://localhost:{_server.EndPoint.Port}") };
    }

    [TearDown]
    public async Task EndBoth()
    {
        _client.Dispose();
        await _pool.DisposeAsync();
        Assert.That(ClientConversation.Left(_pool), Is.EqualTo((0, 0, 0, 0, 0)), "left in the pool");
    }

    [Test]
    public async Task TheUsualCallsWork()
    {
        Assert.That(await _client.GetStringAsync("/"), Is.EqualTo("hello"));
        Assert.That(await _client.GetByteArrayAsync("/large"), Is.EqualTo(SmallApplication.Large));
        using var post = await _client.PostAsync("/echo", new StringContent("text ä"));
        Assert.That((post.StatusCode, await post.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "text ä")));
        using var missing = await _client.GetAsync("/missing");
        Assert.That((missing.StatusCode, missing.ReasonPhrase, missing.Version), Is.EqualTo((HttpStatusCode.NotFound, "Not Found", HttpVersion.Version11)));
        using var head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/large"));
        Assert.That(head.Content.Headers.ContentLength, Is.EqualTo(SmallApplication.Large.Length));
        Assert.That(async () => await _client.GetStringAsync("/missing"), Throws.InstanceOf<HttpRequestException>().With.Property(nameof(HttpRequestException.StatusCode)).EqualTo(HttpStatusCode.NotFound));
        using var blocking = _client.Send(new HttpRequestMessage(HttpMethod.Get, "/hello"));
        using var reader = new StreamReader(blocking.Content.ReadAsStream());
        Assert.That(reader.ReadToEnd(), Is.EqualTo("hello"));
    }

    [Test]
    public async Task FieldsGoBothWays()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/fields") { Content = new ByteArrayContent([1]) };
        request.Headers.Add("X-Sent", ["one", "two"]);
        request.Content.Headers.ContentType = new("application/x-test");
        using var response = await _client.SendAsync(request);
        Assert.That(response.Headers.GetValues("X-Seen"), Is.EqualTo(new[] { "one, two" }));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/plain"));
        Assert.That(response.Headers.Date, Is.Not.Null);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("application/x-test"));
        Assert.That(response.RequestMessage, Is.SameAs(request));
    }

    [Test]
    public async Task ContentIsStreamedBothWays()
    {
        var body = Enumerable.Range(0, 3_000_000).Select(static i => (byte)(i * 31 >> 3)).ToArray();
        foreach (var content in (HttpContent[])[new ByteArrayContent(body), new StreamContent(new MemoryStream(body)), new UnknownLength(body)])
        {
            using var response = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = content }, HttpCompletionOption.ResponseHeadersRead);
            var back = new MemoryStream();
            await (await response.Content.ReadAsStreamAsync()).CopyToAsync(back);
            Assert.That(back.ToArray().AsSpan().SequenceEqual(body));
        }
        Assert.That(_pool.Statistics.Connects, Is.EqualTo(1));
    }

    [Test]
    public async Task TrailersComeWithTheEnd()
    {
        using var response = await _client.GetAsync("/trailers", HttpCompletionOption.ResponseHeadersRead);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("body"));
        Assert.That(response.TrailingHeaders.GetValues("X-Sum"), Is.EqualTo(new[] { "7" }));
    }

    [Test]
    public async Task AResponseThatIsDisposedOfHalfReadEndsIt()
    {
        var response = await _client.GetAsync("/endless", HttpCompletionOption.ResponseHeadersRead);
        var stream = await response.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[100_000]);
        response.Dispose();
        Until(() => _pool.Statistics is { Busy: 0, Exchanges: 0 });
        Until(() => _server.Counters.Exchanges == 0);

        using var cancellation = new CancellationTokenSource();
        using var second = await _client.GetAsync("/endless", HttpCompletionOption.ResponseHeadersRead, cancellation.Token);
        var endless = (await second.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null, cancellation.Token);
        cancellation.Cancel();
        Assert.That(async () => await endless, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void AResponseThatIsForgottenGivesItsConnectionBack()
    {
        Forget();
        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return _pool.Statistics is { Busy: 0, Exchanges: 0 };
        });

        void Forget() => _client.GetAsync("/endless", HttpCompletionOption.ResponseHeadersRead).GetAwaiter().GetResult();
    }

    [Test]
    public void FailuresAreOfTheUsualKinds()
    {
        // Before the response has begun, or while it is read: it echoes.
        var failure = Assert.CatchAsync<HttpRequestException>(async () => await _client.PostAsync("/echo", new Failing()));
        Assert.That(failure!.GetBaseException(), Is.InstanceOf<InvalidDataException>());
        Assert.That(async () => await _client.GetAsync("http://127.0.0.1:1/"), Throws.InstanceOf<HttpRequestException>().With.Property(nameof(HttpRequestException.HttpRequestError)).EqualTo(HttpRequestError.ConnectionError));
        Assert.That(async () => await _client.GetAsync("/", new CancellationToken(true)), Throws.InstanceOf<TaskCanceledException>());
        Assert.That(async () => await _client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "ftp://localhost/")), Throws.InstanceOf<Exception>());
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var impatient = new HttpClient(new FastHttpHandler(_pool), disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(100) };
        Assert.That(async () => await impatient.GetAsync($"http://{silent.LocalEndpoint}/"), Throws.InstanceOf<TaskCanceledException>().With.InnerException.InstanceOf<TimeoutException>());
    }

    [Test]
    public async Task ABodyThatIsCutIsAnIOException()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var get = _client.GetAsync($"http://{listener.LocalEndpoint}/", HttpCompletionOption.ResponseHeadersRead);
        using (var peer = new Peer(await listener.AcceptSocketAsync()))
        {
            peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"u8);
            using var response = await get;
            peer.FinishSending();
            var failure = Assert.CatchAsync<HttpRequestException>(async () => await response.Content.ReadAsStringAsync())!;
            Assert.That(failure.InnerException, Is.InstanceOf<HttpIOException>().With.Property(nameof(HttpIOException.HttpRequestError)).EqualTo(HttpRequestError.ResponseEnded));
        }
    }

    private sealed class UnknownLength(byte[] body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) => await stream.WriteAsync(body);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Failing : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes("begin"));
            throw new InvalidDataException("as asked");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
