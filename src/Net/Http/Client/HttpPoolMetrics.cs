using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FastCore.Net.Http.Client;

/// <summary>The instruments of a pool, under OpenTelemetry's names and with its attributes. Made once for a pool, they live until they are disposed of.</summary>
/// <remarks>
/// <para>Collect the meter <see cref="MeterName"/>:</para>
/// <list type="bullet">
/// <item><c>http.client.request.duration</c>, histogram, <c>s</c>: from the call to the end of the response's body.</item>
/// <item><c>http.client.request.time_in_queue</c>, histogram, <c>s</c>: waits for a connection, of requests that had to.</item>
/// <item><c>http.client.open_connections</c>, observable up-down counter, <c>{connection}</c>: by <c>http.connection.state</c>, <c>active</c> or <c>idle</c>.</item>
/// </list>
/// <para>A request is also an activity of the source <see cref="ActivitySourceName"/>, begun while somebody listens, with or
/// without an object of this class. Its name is the method; no field that tells of it is sent: add <c>traceparent</c> yourself.</para>
/// <para>Thread-safety: everything may be called from any thread.</para>
/// </remarks>
public sealed class HttpPoolMetrics : IDisposable
{
    /// <summary>The name of the meter: <c>FastCore.Net.Http.Client</c>.</summary>
    public const string MeterName = "FastCore.Net.Http.Client";

    /// <summary>The name of the source of activities: <c>FastCore.Net.Http.Client</c>.</summary>
    public const string ActivitySourceName = "FastCore.Net.Http.Client";

    private readonly HttpConnectionPool _pool;
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _wait;

    /// <summary>Makes the instruments of <paramref name="pool"/>.</summary>
    /// <param name="pool">The pool, which has none yet.</param>
    /// <param name="meterFactory">Makes the meter; <see langword="null"/> makes one that belongs to nobody.</param>
    /// <exception cref="InvalidOperationException">The pool has some.</exception>
    public HttpPoolMetrics(HttpConnectionPool pool, IMeterFactory? meterFactory = null)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (pool.Metrics != null) throw new InvalidOperationException("The pool is measured already. Dispose of the other first.");
        _pool = pool;
        _meter = meterFactory?.Create(MeterName, Version) ?? new Meter(MeterName, Version);
        _duration = _meter.CreateHistogram<double>("http.client.request.duration", "s", "Duration of HTTP client requests.");
        _wait = _meter.CreateHistogram<double>("http.client.request.time_in_queue", "s", "Time that requests waited for a connection.");
        _meter.CreateObservableUpDownCounter("http.client.open_connections", Connections, "{connection}", "Connections that are open.");
        pool.Metrics = this;
    }

    internal static ActivitySource Activities { get; } = new(ActivitySourceName, Version);

    private static string? Version => typeof(HttpPoolMetrics).Assembly.GetName().Version?.ToString(3);

    internal void RecordWait(HttpClientExchange exchange, long ticks)
    {
        if (!_wait.Enabled) return;
        var tags = new TagList { { "http.request.method", exchange.Request.Method.Method } };
        AddHost(ref tags, exchange);
        _wait.Record(Stopwatch.GetElapsedTime(0, ticks).TotalSeconds, tags);
    }

    internal void RecordRequest(HttpClientExchange exchange, Exception? failure)
    {
        if (!_duration.Enabled) return;
        var tags = new TagList { { "http.request.method", exchange.Request.Method.Method } };
        AddHost(ref tags, exchange);
        if (exchange.HasHead) tags.Add("http.response.status_code", exchange.Head.Status);
        if (exchange.HasHead) tags.Add("network.protocol.version", exchange.Head.IsHttp10 ? "1.0" : "1.1");
        if (ErrorOf(exchange, failure) is { } error) tags.Add("error.type", error);
        _duration.Record(Stopwatch.GetElapsedTime(exchange.Started).TotalSeconds, tags);
    }

    internal static Activity? Begin(HttpClientExchange exchange)
    {
        var activity = Activities.CreateActivity(exchange.Request.Method.Method, ActivityKind.Client);
        if (activity == null) return null;
        var address = exchange.Host.Host.Address;
        activity.SetTag("http.request.method", exchange.Request.Method.Method);
        activity.SetTag("server.address", address.IdnHost);
        activity.SetTag("server.port", address.Port);
        activity.SetTag("url.scheme", address.Scheme);
        // The caller's own activity stays the current one: this one ends on another thread.
        var current = Activity.Current;
        activity.Start();
        Activity.Current = current;
        return activity;
    }

    internal static void End(Activity activity, HttpClientExchange exchange, Exception? failure)
    {
        if (exchange.HasHead) activity.SetTag("http.response.status_code", exchange.Head.Status);
        if (ErrorOf(exchange, failure) is { } error)
        {
            activity.SetTag("error.type", error);
            activity.SetStatus(ActivityStatusCode.Error, failure?.Message);
        }
        var current = Activity.Current;
        activity.Stop();
        Activity.Current = current;
    }

    /// <summary>Ends the collection; the pool goes on.</summary>
    public void Dispose()
    {
        if (_pool.Metrics == this) _pool.Metrics = null;
        _meter.Dispose();
    }

    private IEnumerable<Measurement<int>> Connections()
    {
        var statistics = _pool.Statistics;
        yield return new Measurement<int>(statistics.Busy, new KeyValuePair<string, object?>("http.connection.state", "active"));
        yield return new Measurement<int>(statistics.Idle, new KeyValuePair<string, object?>("http.connection.state", "idle"));
    }

    private static void AddHost(ref TagList tags, HttpClientExchange exchange)
    {
        var address = exchange.Host.Host.Address;
        tags.Add("server.address", address.IdnHost);
        tags.Add("server.port", address.Port);
        tags.Add("url.scheme", address.Scheme);
    }

    private static string? ErrorOf(HttpClientExchange exchange, Exception? failure) => failure switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request => request.HttpRequestError.ToString(),
        not null => failure.GetType().FullName,
        _ when exchange is { HasHead: true, Head.Status: >= 400 } => exchange.Head.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };
}
