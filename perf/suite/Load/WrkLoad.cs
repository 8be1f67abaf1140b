using System.Diagnostics;
using System.Globalization;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Load;

/// <summary>Makes the load with wrk, to check our own generator against one that others trust.</summary>
/// <remarks>wrk counts in whole seconds and has no warm-up of its own, so it is run once before. It does not compare bodies.</remarks>
internal sealed class WrkLoad : ILoadDriver
{
    private const string Marker = "fastcore:";
    private static readonly double[] Percentiles = [50, 75, 90, 99, 99.9, 99.99, 100];

    // Pipelining is a matter of the request text; the summary is printed as one line that needs no guessing.
    private const string Script = """
        local depth = tonumber(os.getenv("FASTCORE_WRK_PIPELINE"))
        local upload = tonumber(os.getenv("FASTCORE_WRK_UPLOAD"))
        if upload > 0 then wrk.method = "POST"; wrk.body = string.rep("x", upload) end
        if os.getenv("FASTCORE_WRK_FRESH") == "1" then wrk.headers["Connection"] = "close" end
        init = function(args)
          local one = wrk.format()
          local all = {}
          for i = 1, depth do all[i] = one end
          batch = table.concat(all)
        end
        request = function() return batch end
        done = function(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("fastcore: %d %d %d %d %d %d %d", summary.duration, summary.requests, e.connect, e.read, e.write, e.status, e.timeout))
          for _, p in ipairs({50, 75, 90, 99, 99.9, 99.99, 100}) do io.write(" ", latency:percentile(p)) end
          io.write("\n")
        end
        """;

    private readonly int _cpu;
    private readonly string _script = Path.GetTempFileName();

    public WrkLoad(int cpu)
    {
        _cpu = cpu;
        File.WriteAllText(_script, Script);
    }

    /// <summary>Whether wrk is on the path.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "wrk")));

    public async Task<LoadResult> MeasureAsync(ServerProcess server, LoadTarget target, LoadPlan plan, TimeSpan warmUp, TimeSpan duration, Action begins, Action ends, CancellationToken cancellationToken)
    {
        if (plan.Rate != null) throw new NotSupportedException("wrk has a closed loop only; leave out --load wrk for a rate.");
        if (warmUp > TimeSpan.Zero) await RunAsync(target, plan, 1, cancellationToken).ConfigureAwait(false);
        begins();
        var loadBefore = ChildrenNanoseconds();
        var before = server.Meter.Sample();
        var (serverCpu, loadCpu) = (ProcessorTime.Begin(server.Cpu), ProcessorTime.Begin(_cpu));
        var line = await RunAsync(target, plan, (int)Math.Ceiling(duration.TotalSeconds), cancellationToken).ConfigureAwait(false);
        var used = server.Meter.Sample().Since(in before);
        var loadUsed = ChildrenNanoseconds() - loadBefore;
        ends();
        var fields = line.Split(' ').Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        string[] causes = ["can't connect", "connection ended: read error", "write error", "status other than 2xx or 3xx", "no answer in time"];
        var result = new LoadResult
        {
            Requests = (long)fields[1],
            Seconds = fields[0] / 1e6,
            Errors = causes.Zip(fields.Skip(2)).Where(error => error.Second > 0).ToDictionary(error => error.First, error => (long)error.Second),
            Latency = new Figures([.. fields.Skip(2 + causes.Length)]),
            Server = used,
            LoadBusy = loadUsed / 1e9 / (fields[0] / 1e6),
        };
        return result with { ServerStarved = serverCpu.TakenByOthers(result.ServerBusy), LoadStarved = loadCpu.TakenByOthers(result.LoadBusy) };
    }

    public void Dispose() => File.Delete(_script);

    private async Task<string> RunAsync(LoadTarget target, LoadPlan plan, int seconds, CancellationToken cancellationToken)
    {
        string[] field = target.Field == null ? [] : ["-H", target.Field];
        var start = new ProcessStartInfo("wrk", ["-t1", $"-c{plan.Connections}", $"-d{seconds}s", "-s", _script, .. field, $"http://{target.EndPoint}{target.Path}"])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["FASTCORE_WRK_PIPELINE"] = plan.Pipeline.ToString(CultureInfo.InvariantCulture),
                ["FASTCORE_WRK_UPLOAD"] = target.UploadLength.ToString(CultureInfo.InvariantCulture),
                ["FASTCORE_WRK_FRESH"] = target.IsFreshEach ? "1" : "0",
            },
        };
        using var process = CpuPinning.StartOn([_cpu], () => Process.Start(start)!);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            var line = output.Split('\n').FirstOrDefault(text => text.StartsWith(Marker, StringComparison.Ordinal));
            return line?[Marker.Length..].Trim() ?? throw new InvalidDataException($"wrk ended with code {process.ExitCode} and printed no summary: {output.Trim()}");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>CPU time of ended children (proc_pid_stat(5), cutime and cstime), in ticks of 10 ms.</summary>
    private static long ChildrenNanoseconds()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) * 10_000_000;
    }

    private sealed class Figures(double[] microseconds) : IPercentiles
    {
        public double At(double percentile) => microseconds[Array.IndexOf(Percentiles, percentile)];

        public List<LatencyPoint> Curve() => [.. Percentiles.Select((percentile, index) => new LatencyPoint(percentile, microseconds[index]))];
    }
}
