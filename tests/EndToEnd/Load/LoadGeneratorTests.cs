using System.Net;
using System.Text;
using FastCore.Net.Http;
using FastCore.Perf.Demo;
using FastCore.Perf.Load;
using FastCore.Perf.Processes;

namespace FastCore.EndToEnd.Tests.Load;

/// <summary>The load generator on a server in this process; it runs until it has seen enough, never for a time.</summary>
internal sealed class LoadGeneratorTests
{
    private static readonly byte[] Hello = "Hello, World!"u8.ToArray();
    private readonly ProcessMeter _meter = new(Environment.ProcessId);
    private HttpServer _server = null!;
    private LoadGenerator _load = null!;

    [OneTimeSetUp]
    public void Start()
    {
        _server = new HttpServer(new HttpServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Reactors = 1 });
        DemoApplication.Map(_server);
        _server.Start();
        _load = new LoadGenerator(null);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _load?.Dispose();
        _server?.Dispose();
    }

    [TestCase(1, 1)]
    [TestCase(8, 1)]
    [TestCase(3, 16)]
    public async Task Closed_loop_counts_every_answer(int connections, int pipeline)
    {
        var before = _server.Counters.Requests;
        LoadResult result;
        await using (var run = await _load.StartAsync(new LoadTarget(_server.EndPoint, "/plaintext", Hello), new LoadPlan(connections, pipeline)))
        {
            await run.BeginAsync(_meter);
            var begun = run.Completed;
            Wait(() => run.Completed >= begun + 1_000);
            result = await run.EndAsync(_meter);
        }
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Requests, Is.GreaterThanOrEqualTo(1_000));
        Assert.That(_server.Counters.Requests - before, Is.GreaterThanOrEqualTo(result.Requests));
        Assert.That(result.Latency.At(50), Is.Positive.And.LessThanOrEqualTo(result.Latency.At(99.9)));
        Assert.That(result.Server.CpuNanoseconds, Is.Positive);
    }

    [Test]
    public async Task Each_request_may_have_a_connection_of_its_own()
    {
        LoadResult result;
        await using (var run = await _load.StartAsync(new LoadTarget(_server.EndPoint, "/plaintext", Hello) { IsFreshEach = true }, new LoadPlan(4, 1)))
        {
            await run.BeginAsync(_meter);
            var begun = run.Completed;
            Wait(() => run.Completed >= begun + 200);
            result = await run.EndAsync(_meter);
        }
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Requests, Is.GreaterThanOrEqualTo(200));
        Wait(() => _server.Counters.Connections == 0);
    }

    [Test]
    public async Task Slow_connections_stay_and_are_never_answered()
    {
        await using (var run = await _load.OpenSlowAsync(new LoadTarget(_server.EndPoint, "/", Hello), 50))
        {
            Wait(() => _server.Counters.Connections == 50);
            Assert.That(await run.ErrorsAsync(), Is.Empty);
        }
        Wait(() => _server.Counters.Connections == 0);
    }

    [Test]
    public async Task Uploads_are_sent_whole()
    {
        const int Length = 300_000;
        await using var run = await _load.StartAsync(new LoadTarget(_server.EndPoint, "/upload", Encoding.ASCII.GetBytes($"{Length}")) { UploadLength = Length }, new LoadPlan(2, 2));
        Wait(() => run.Completed >= 10);
        Assert.That(await run.ErrorsAsync(), Is.Empty);
    }

    [Test]
    public async Task Open_loop_counts_from_when_a_request_was_due()
    {
        // Twenty times as many requests as one slow answer at a time allows: each waits longer than the last, and the
        // response time must say so where the service time does not.
        await using var run = await _load.StartAsync(new LoadTarget(_server.EndPoint, "/delay/20", await BodyOf("/delay/20")), new LoadPlan(1, 1, Rate: 1_000));
        await run.BeginAsync(_meter);
        var begun = run.Completed;
        Wait(() => run.Completed >= begun + 10);
        var result = await run.EndAsync(_meter);
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.ServiceTime!.At(50), Is.GreaterThanOrEqualTo(15_000));
        Assert.That(result.Latency.At(100), Is.GreaterThan(2 * result.ServiceTime.At(50)));
        Assert.That(result.Backlog, Is.Positive);
    }

    [Test]
    public async Task Idle_connections_stay_open_until_the_load_ends()
    {
        await using (await _load.OpenIdleAsync(new LoadTarget(_server.EndPoint, "/plaintext", Hello), 300))
        {
            Assert.That(_server.Counters.Connections, Is.GreaterThanOrEqualTo(300));
        }
        Wait(() => _server.Counters.Connections == 0);
    }

    [TestCase("/nowhere", "status 404")]
    [TestCase("/json", "Content-Length 27 instead of 13")]
    public async Task Errors_are_grouped_by_cause(string path, string cause)
    {
        await using var run = await _load.StartAsync(new LoadTarget(_server.EndPoint, path, Hello), new LoadPlan(4, 1));
        Assert.That(await run.ErrorsAsync(), Is.EqualTo(new Dictionary<string, long> { [cause] = 4 }));
    }

    [Test]
    public async Task Nobody_there_is_an_error()
    {
        using var free = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var run = await _load.StartAsync(new LoadTarget((IPEndPoint)free.LocalEndPoint!, "/", Hello), new LoadPlan(2, 1));
        Assert.That((await run.ErrorsAsync()).Single().Key, Does.StartWith("can't connect: "));
    }

    private async Task<byte[]> BodyOf(string path)
    {
        using var client = new HttpClient();
        return await client.GetByteArrayAsync($"http://{_server.EndPoint}{path}");
    }

    private static void Wait(Func<bool> condition) => Assert.That(SpinWait.SpinUntil(condition, Hang.Patience), Is.True, "It comes to that within half a minute.");
}
