using FastCore.Cli.Trace;
using FastCore.Net.Http;
using FastCore.Net.Http.Files;
using FastCore.Net.Http.Observing;
using FastCore.Perf.Collector;
using FastCore.Perf.Demo;

namespace FastCore.Cli.Serving;

/// <summary>What <c>fastcore serve</c> has been told to do.</summary>
internal sealed record ServedPlan
{
    public required HttpServerOptions Options { get; init; }
    public required ServerTracingOptions Tracing { get; init; }

    /// <summary>Where the trace of the whole run goes; null if none is recorded.</summary>
    public string? TraceFile { get; init; }
    public string? ControlPath { get; init; }
    public string? HandOverPath { get; init; }
    public CollectorMode? Mode { get; init; }
    public bool IsDemo { get; init; }
    public string? Folder { get; init; }
    public required StaticFileOptions FileOptions { get; init; }
    public TimeSpan? StatsInterval { get; init; }

    /// <summary>The access log's file, if it is one.</summary>
    public string? LogFile { get; init; }

    /// <summary>What is opened again on SIGHUP.</summary>
    public HttpAccessLog? Log { get; init; }

    /// <summary>Counts for the statistics, if they are asked for.</summary>
    public RequestMeter? Meter { get; init; }

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public void MapTo(HttpServer server)
    {
        if (IsDemo) DemoApplication.Map(server);
        // What the demo maps goes before the folder.
        if (Folder != null) server.MapFiles("/", Folder, FileOptions);
    }
}
