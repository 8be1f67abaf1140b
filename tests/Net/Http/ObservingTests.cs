using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using FastCore.Net.Http;
using FastCore.Net.Http.Observing;

namespace FastCore.Net.Tests.Http;

/// <summary>Who hears of requests, what metrics say of them, and what a log makes of them.</summary>
internal sealed class ObservingTests
{
    private static readonly TimeProvider Clock = new FixedClock(new DateTimeOffset(2026, 11, 28, 9, 5, 7, TimeSpan.Zero));

    [Test]
    public void EveryRequestIsHeardOfOnce()
    {
        var observer = new Recorder();
        using (var client = Serving(observer))
        {
            client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n");
            client.Ask("GET /users/7 HTTP/1.1\r\nHost: a\r\n\r\nGET /throws HTTP/1.1\r\nHost: a\r\n\r\n");
            client.Ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
            client.Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            client.Ask("garbage\r\n\r\n");
            client.Errors.Clear();
        }
        Assert.That(observer.Lines, Is.EqualTo(new[]
        {
            "GET / / 200 5", "HEAD / / 200 0", "GET /none  404 31", "GET /users/7 /users/{id} 200 1", "GET /throws /throws 500 41", "GET /stream /stream 200 200000",
            "POST / / 200 3", observer.Lines[^1],
        }));
        Assert.That(observer.Lines[^1], Does.StartWith("   400 "), "what could not be read is heard of, too");
    }

    [Test]
    public void AClientThatGoesIsHeardOfWithoutAStatus()
    {
        var observer = new Recorder();
        using (var client = new Conversation(static server => server.MapAsync(HttpMethod.Get, "/", static async context =>
        {
            var gone = new TaskCompletionSource();
            using (context.Aborted.Register(gone.SetResult)) await gone.Task;
        }), new HttpServerOptions { Observers = [observer] }))
        {
            client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.Reset();
            client.Reactor.RunPosted();
        }
        Assert.That(observer.Lines, Is.EqualTo(new[] { "GET / / 0 0" }));
    }

    [Test]
    public void AnObserverThatThrowsIsReportedAndNothingElseSuffers()
    {
        var observer = new Recorder();
        using var client = Serving(new Recorder { Throws = true }, observer);
        Assert.That(client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo(SmallApplication.Ok("hello")));
        Assert.That(observer.Lines, Has.Count.EqualTo(1));
        Assert.That(client.Errors.Single().Where, Does.Contain("OnRequest"));
    }

    [Test]
    public void NobodyIsTimedForAnObserverThatIsOff()
    {
        var observer = new Recorder { IsEnabled = false };
        using var client = Serving(observer);
        client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That(observer.Lines, Is.Empty);
    }

    [Test]
    public void MetricsHaveTheNamesOfTheConventions()
    {
        using var factory = new Factory();
        var metrics = new HttpServerMetrics(factory);
        Assert.That(metrics.IsEnabled, Is.False);
        var measured = new List<(string Name, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Name == HttpServerMetrics.MeterName && instrument.Meter.Scope == factory) it.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Add((instrument.Name, value, new(tags.ToArray()))));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Add((instrument.Name, value, new(tags.ToArray()))));
        listener.Start();
        Assert.That(metrics.IsEnabled, Is.True);
        using var client = Serving(metrics);
        client.Ask("GET /users/7 HTTP/1.1\r\nHost: a\r\n\r\nGET /throws HTTP/1.0\r\n\r\n");
        client.Errors.Clear();
        Assert.That(measured.Select(static each => each.Name), Is.EqualTo(new[] { "http.server.request.duration", "http.server.response.body.size", "http.server.request.duration", "http.server.response.body.size" }));
        Assert.That(measured[0].Tags, Is.EquivalentTo(new Dictionary<string, object?>
        {
            ["http.request.method"] = "GET",
            ["url.scheme"] = "http",
            ["http.response.status_code"] = 200,
            ["network.protocol.version"] = "1.1",
            ["http.route"] = "/users/{id}",
        }));
        Assert.That(measured[1].Value, Is.EqualTo(1));
        Assert.That(measured[2].Tags, Does.ContainKey("error.type").WithValue("500").And.ContainKey("network.protocol.version").WithValue("1.0"));
    }

    [Test]
    public void TheLogIsInTheFormatThatToolsRead()
    {
        var lines = Logged(AccessLogFormat.Combined,
            "GET /users/7?q=1 HTTP/1.1\r\nHost: a\r\nReferer: http://b/\r\nUser-Agent: test/1\r\n\r\n",
            "GET /\"quoted\\ HTTP/1.1\r\nHost: a\r\nUser-Agent: \"x\" \xE4\t\r\n\r\n",
            "nonsense\r\n\r\n");
        Assert.That(lines[0], Is.EqualTo("- - - [28/Nov/2026:09:05:07 +0000] \"GET /users/7?q=1 HTTP/1.1\" 200 1 \"http://b/\" \"test/1\""));
        Assert.That(lines[1], Is.EqualTo("- - - [28/Nov/2026:09:05:07 +0000] \"GET /\\x22quoted\\x5c HTTP/1.1\" 404 31 \"-\" \"\\x22x\\x22 \\xe4\""));
        Assert.That(lines[2], Does.StartWith("- - - [28/Nov/2026:09:05:07 +0000] \"  HTTP/1.1\" 400 "));
        Assert.That(lines, Has.Length.EqualTo(3));
    }

    [Test]
    public void TheLogIsJsonWhateverTheClientSent()
    {
        var lines = Logged(AccessLogFormat.Json, "GET /users/7 HTTP/1.1\r\nHost: a\r\nUser-Agent: \"\xE4\\\xFF\r\n\r\n", "GET /\"x HTTP/1.1\r\nHost: a\r\n\r\n");
        using var first = JsonDocument.Parse(lines[0]);
        Assert.That(first.RootElement.GetProperty("time").GetDateTimeOffset(), Is.EqualTo(Clock.GetUtcNow()));
        Assert.That(first.RootElement.GetProperty("route").GetString(), Is.EqualTo("/users/{id}"));
        Assert.That(first.RootElement.GetProperty("status").GetInt32(), Is.EqualTo(200));
        Assert.That(first.RootElement.GetProperty("bytes").GetInt64(), Is.EqualTo(1));
        Assert.That(first.RootElement.GetProperty("duration_us").GetDouble(), Is.Positive);
        Assert.That(first.RootElement.GetProperty("user_agent").GetString(), Is.EqualTo("\"\xE4\\\xFF"));
        using var second = JsonDocument.Parse(lines[1]);
        Assert.That(second.RootElement.GetProperty("target").GetString(), Is.EqualTo("/\"x"));
    }

    [Test]
    public void LinesThatCanNotBeWrittenAreCountedAndTheServerGoesOn()
    {
        var failures = new List<Exception>();
        using var log = new HttpAccessLog(new FailingStream(), onError: failure =>
        {
            lock (failures) failures.Add(failure);
        });
        using var client = Serving(log);
        client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That(SpinWait.SpinUntil(() => log.Dropped == 2, Hang.Milliseconds), Is.True);
        lock (failures) Assert.That(failures, Is.Not.Empty);
        Assert.That(client.Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Is.EqualTo(SmallApplication.Ok("hello")));
    }

    private static Conversation Serving(params IHttpObserver[] observers) => new(static server =>
    {
        server.Map(HttpMethod.Get, "/", static context => context.Respond(SmallApplication.Hello));
        server.Map(HttpMethod.Post, "/", static context => context.Respond(context.Body));
        server.Map(HttpMethod.Get, "/users/{id}", static context => context.Respond(context.RouteValue));
        server.Map(HttpMethod.Get, "/throws", static _ => throw new InvalidOperationException("as asked"));
        server.MapAsync(HttpMethod.Get, "/stream", static async context =>
        {
            var body = context.StartResponse();
            await body.WriteAsync(new byte[100_000]);
            body.GetSpan(100_000)[..100_000].Clear();
            body.Advance(100_000);
            await body.FlushAsync();
        });
    }, new HttpServerOptions { Observers = observers });

    private static string[] Logged(AccessLogFormat format, params string[] requests)
    {
        var output = new MemoryStream();
        using (var log = new HttpAccessLog(output, format, time: Clock))
        using (var client = Serving(log))
        {
            foreach (var request in requests) client.Ask(request);
        }
        return Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n').Split('\n');
    }

    private sealed class Recorder : IHttpObserver
    {
        public bool IsEnabled { get; init; } = true;

        public bool Throws { get; init; }

        public List<string> Lines { get; } = [];

        public void OnRequest(scoped in HttpRequestRecord request)
        {
            if (Throws) throw new InvalidOperationException("as asked");
            Lines.Add($"{Encoding.ASCII.GetString(request.Method)} {Encoding.ASCII.GetString(request.Target)} {request.Route} {request.Status} {request.ResponseLength}");
        }
    }

    private sealed class Factory : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(static meter => meter.Dispose());
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class FailingStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("as asked");
    }
}
