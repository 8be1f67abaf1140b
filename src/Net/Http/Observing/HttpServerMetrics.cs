using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;

namespace FastCore.Net.Http.Observing;

/// <summary>The instruments of HTTP servers, by OpenTelemetry's conventions. Give it to <see cref="HttpServerOptions.Observers"/>.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>http.server.request.duration</c>, histogram, <c>s</c>: with <c>http.request.method</c>, <c>http.response.status_code</c>,
/// <c>http.route</c>, <c>url.scheme</c>, <c>network.protocol.version</c> and, from status 500 up, <c>error.type</c>.</item>
/// <item><c>http.server.response.body.size</c>, histogram, <c>By</c>, with the same attributes.</item>
/// </list>
/// <para>While nobody collects the meter a request costs one look at a flag. <b>Threads.</b> Everything may be called from any thread.</para>
/// </remarks>
public sealed class HttpServerMetrics : IHttpObserver
{
    /// <summary>The name of the meter: <c>FastCore.Net.Http.Server</c>.</summary>
    public const string MeterName = "FastCore.Net.Http.Server";

    // What OpenTelemetry advises for durations of requests.
    private static readonly double[] DurationBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _size;

    /// <summary>Makes the instruments of a meter of <paramref name="meterFactory"/>. Once for a factory is enough.</summary>
    /// <exception cref="ArgumentNullException">The factory is null.</exception>
    public HttpServerMetrics(IMeterFactory meterFactory)
        : this(CreateMeter(meterFactory))
    {
    }

    private HttpServerMetrics(Meter meter)
    {
        _duration = meter.CreateHistogram("http.server.request.duration", "s", "Duration of HTTP server requests.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds });
        _size = meter.CreateHistogram<long>("http.server.response.body.size", "By", "Size of HTTP server response bodies.");
    }

    /// <summary>The instruments of those who name none, on a meter that lives as long as the process.</summary>
    public static HttpServerMetrics Default => OfProcess.Metrics;

    /// <inheritdoc/>
    public bool IsEnabled => _duration.Enabled || _size.Enabled;

    /// <inheritdoc/>
    public void OnRequest(scoped in HttpRequestRecord request)
    {
        // Nobody was answered.
        if (request.Status == 0) return;
        var tags = new TagList
        {
            { "http.request.method", MethodOf(request.Method) },
            { "url.scheme", request.IsHttps ? "https" : "http" },
            { "http.response.status_code", Boxed.Of(request.Status) },
            { "network.protocol.version", request.Version.Minor == 0 ? "1.0" : "1.1" },
        };
        if (request.Route.Length > 0) tags.Add("http.route", request.Route);
        if (request.Status >= 500) tags.Add("error.type", Boxed.TextOf(request.Status));
        _duration.Record(request.Duration.TotalSeconds, tags);
        _size.Record(request.ResponseLength, tags);
    }

    // A name that the conventions do not know must not become an attribute's value: clients choose it.
    private static string MethodOf(ReadOnlySpan<byte> method)
    {
        foreach (var known in (ReadOnlySpan<string>)["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "QUERY"])
        {
            if (Ascii.Equals(method, known)) return known;
        }
        return "_OTHER";
    }

    private static Meter CreateMeter(IMeterFactory meterFactory)
    {
        ArgumentNullException.ThrowIfNull(meterFactory);
        return meterFactory.Create(MeterName, Version);
    }

    private static string? Version => typeof(HttpServerMetrics).Assembly.GetName().Version?.ToString(3);

    /// <summary>Apart, so that who brings a factory does not get the process's meter too.</summary>
    private static class OfProcess
    {
        internal static readonly HttpServerMetrics Metrics = new(new Meter(MeterName, Version));
    }

    /// <summary>Statuses as objects, so that none is made for a request.</summary>
    private static class Boxed
    {
        private static readonly object?[] Numbers = new object?[600];
        private static readonly string?[] Texts = new string?[600];

        public static object Of(int status) => Numbers[status] ??= status;

        public static string TextOf(int status) => Texts[status] ??= status.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
