using FastCore.Perf.Demo;
using FastCore.Perf.Http;
using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Collector;

/// <summary>
/// Measures our HTTP server under an allocating load with one setting of the garbage collector beside the other: a process for
/// each, whose rounds alternate.
/// </summary>
/// <param name="options">The load and the rounds. Of the transports the first is taken.</param>
/// <param name="settings">The names of the settings to measure; all when null. The one that the others are compared with is always among them.</param>
/// <param name="progress">Hears how it goes on.</param>
public sealed class GcBench(HttpBenchOptions options, IReadOnlyList<string>? settings, IBenchProgress progress)
{
    /// <summary>Less than the slowest setting can answer, so that latencies tell of pauses and not of a queue without end.</summary>
    private const double DefaultRate = 10_000;

    private const int DefaultConnections = 64;

    private readonly Placement _placement = Placement.Choose(options);

    /// <summary>The names of all settings.</summary>
    public static IReadOnlyList<string> Settings { get; } = [.. GcSetting.All.Select(static setting => setting.Name)];

    /// <summary>Why nothing that was measured here allows a conclusion, or null.</summary>
    public string? Inconclusive => _placement.IsInconclusive ? _placement.Doubt : null;

    /// <summary>Measures and adds each finished cell to <paramref name="report"/>.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public async Task RunAsync(BenchReport report, CancellationToken cancellationToken)
    {
        var cases = Cases();
        var allowed = CpuPinning.Allowed();
        ServerSubject[] subjects = [.. GcSetting.All
            .Where((setting, at) => at == 0 || settings == null || settings.Contains(setting.Name))
            .Select(setting => Subject(setting, allowed))];
        progress.Begin("gc", cases.Count * subjects.Length * options.Rounds);
        if (_placement.Doubt is { } doubt) progress.Note(doubt);
        CpuPinning.PinProcess([_placement.Load]);
        try
        {
            await new LoadRounds(options, _placement, progress).RunAsync(report, cases, subjects, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CpuPinning.PinProcess(allowed);
        }
    }

    private List<HttpCase> Cases()
    {
        var plan = new LoadPlan(options.Connections ?? DefaultConnections, options.Pipeline ?? 1, options.Rate);
        return options.IsDefaultSet ? [Case(plan), Case(plan with { Rate = DefaultRate })] : [Case(plan)];
    }

    private static HttpCase Case(LoadPlan plan) => new(HttpCase.NameOf("gc/allocate", plan), "/allocate", AllocatingApplication.AnswerBody.ToArray(), plan)
    {
        // A collection of everything falls into one round, and not into the next.
        IsBursty = true,
    };

    /// <summary>Its reactor has the server's processor; what threads the collector has may run on any, as in a service that is not pinned.</summary>
    private ServerSubject Subject(GcSetting setting, int[] allowed)
    {
        var server = ServerSubject.FastCore(options.Executable, options.Transports[0], _placement.Server);
        return new ServerSubject(NameOf(setting), server.FileName, [.. server.Arguments, "--gc-mode", CollectorModes.NameOf(setting.Mode)])
        {
            Reference = NameOf(GcSetting.All[0]),
            Environment = setting.Environment,
            Processors = allowed,
            MayRefuse = true,
            Gauge = endPoint => new GcGauge(endPoint, setting),
        };
    }

    private static string NameOf(GcSetting setting) => $"fastcore/{setting.Name}";
}
