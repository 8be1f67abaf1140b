using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FastCore.Cli.Bench;
using FastCore.Net.Transport;
using FastCore.Perf;
using FastCore.Perf.Collector;
using FastCore.Perf.Http;
using FastCore.Perf.Memory;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore bench</c> and its parts.</summary>
internal sealed class BenchCommand
{
    /// <summary>Shorter than alone, so that the whole set stays below three minutes.</summary>
    private static readonly CaseBenchOptions BesideHttp = new() { Rounds = 3, RoundDuration = TimeSpan.FromMilliseconds(100), Headline = true };

    private readonly Option<string?> _html = CommonOptions.File("--html", "write a page with charts, self-contained");
    private readonly Option<string?> _json = CommonOptions.File("--json", "write the results as JSON (schema 1); - is the standard output");
    private readonly Option<string?> _markdown = CommonOptions.File("--markdown", "write the tables as Markdown; between <!-- bench:begin --> and <!-- bench:end --> if FILE has these marks");
    private readonly Option<Assertion[]> _assertions = Assertions();
    private readonly Option<int?> _rounds = CommonOptions.Number("--rounds", "rounds of each subject in each case (default 5; gc, gateway, and beside HTTP, 3)", 1, 1000);
    private readonly Option<TimeSpan?> _duration = CommonOptions.Time("--duration", "the measured time of one round (default 0.8s; gc 1s; gateway 3s; channels, scheduler and pool 0.2s, beside HTTP 0.1s)");

    private readonly Option<int?> _connections = CommonOptions.Number("--connections", "connections (default set: 64; gateway: 5000)", 1, 60_000);
    private readonly Option<int?> _pipeline = CommonOptions.Number("--pipeline", "requests in flight on each connection (default set: 1 and 16)", 1, 1024);
    private readonly Option<double?> _rate = Rate();
    private readonly Option<string> _load = Load();
    private readonly Option<string?> _transport = CommonOptions.Transport("measure this transport alone (default: io_uring and epoll, as far as they work)");
    private readonly Option<int?> _serverCpu = CommonOptions.Number("--server-cpu", "the server's processor (default: the first)", 0, 1023);
    private readonly Option<int?> _loadCpu = CommonOptions.Number("--load-cpu", "the load's processor (default: the last that shares no core with the server's)", 0, 1023);
    private readonly Option<string[]> _requests = Requests();
    private readonly Option<string[]> _beside = Beside();
    private readonly Option<bool> _traced = new("--traced") { Description = "measure our server beside itself recording its trace, instead of beside Kestrel" };
    private readonly Option<string?> _filter = new("--filter") { Description = "run the cases whose name contains TEXT", HelpName = "TEXT" };

    private readonly Option<string?> _resident = Resident();
    private readonly Option<string[]> _settings = Settings();

    public static Command Create() => new BenchCommand().Build();

    private Command Build()
    {
        Option[] common = [_html, _json, _markdown, _assertions, _rounds, _duration];
        Option[] http = [_connections, _pipeline, _rate, _load, _transport, _serverCpu, _loadCpu];
        var command = new Command("bench", "Measure our HTTP server beside Kestrel, our channels, object pool, heap and map beside the stock ones and our scheduler beside the thread pool; the default set takes two to three minutes.");
        foreach (var option in common)
        {
            option.Recursive = true;
            command.Options.Add(option);
        }
        foreach (var option in http) command.Options.Add(option);
        command.Validators.Add(RefuseRateWithWrk);
        command.SetAction((parsed, _) => RunAsync(parsed, () => DefaultSet(parsed), CheckPart.Promises));

        var httpCommand = new Command("http", "Measure our HTTP server beside Kestrel, on loopback.");
        foreach (var option in http) httpCommand.Options.Add(option);
        httpCommand.Options.Add(_requests);
        httpCommand.Options.Add(_beside);
        httpCommand.Options.Add(_traced);
        httpCommand.Validators.Add(RefuseRateWithWrk);
        httpCommand.Validators.Add(RefuseSlowWithWrk);
        httpCommand.SetAction((parsed, _) => RunAsync(parsed, () => [new HttpPart(Options(parsed))]));
        command.Subcommands.Add(httpCommand);

        command.Subcommands.Add(CasesCommand("channels", CaseBenches.Channels, "Measure our channels beside the stock ones, in 18 cases."));
        command.Subcommands.Add(CasesCommand("rings", CaseBenches.Rings, "Measure our rings beside the stock channels."));
        var allocCommand = CasesCommand("alloc", CaseBenches.Alloc, "Measure our native heap beside the C library's, the array pool and the collector's arrays.");
        allocCommand.Options.Add(_resident);
        allocCommand.SetAction(MeasureAllocAsync);
        command.Subcommands.Add(allocCommand);
        command.Subcommands.Add(CasesCommand("scheduler", CaseBenches.Scheduler, "Measure our scheduler beside the thread pool and its tasks."));
        command.Subcommands.Add(CasesCommand("pool", CaseBenches.Pool, "Measure our object pool beside the stock one, the pool of arrays and none."));
        command.Subcommands.Add(CasesCommand("map", CaseBenches.Map, "Measure our concurrent map beside the stock one, a lock-free one, a reader-writer lock and 32 shards."));
        command.Subcommands.Add(CasesCommand("tracer", CaseBenches.Tracer, "Measure an event of our tracer beside one reading of the stock clock; and, off, beside the stock question whether anybody listens."));
        command.Subcommands.Add(CasesCommand("client", CaseBenches.Client, "Measure our HTTP client beside the stock handler, against our server on a processor of its own."));

        var gatewayCommand = new Command("gateway", "Measure our gateway beside one on ASP.NET Core with YARP, with 5,000 clients (--connections) and an upstream of its own.");
        foreach (var option in http) gatewayCommand.Options.Add(option);
        gatewayCommand.Validators.Add(RefuseRateWithWrk);
        gatewayCommand.SetAction((parsed, _) => RunAsync(parsed, () => [new GatewayPart(GatewayOptions(parsed))]));
        command.Subcommands.Add(gatewayCommand);

        var gcCommand = new Command("gc", "Measure our HTTP server under an allocating load, with each setting of the garbage collector beside the others.");
        foreach (var option in (Option[])[_connections, _pipeline, _rate, _transport, _serverCpu, _loadCpu, _settings]) gcCommand.Options.Add(option);
        gcCommand.SetAction((parsed, _) => RunAsync(parsed, () => [new GcPart(GcOptions(parsed), parsed.GetResult(_settings) == null ? null : parsed.GetValue(_settings))]));
        command.Subcommands.Add(gcCommand);
        return command;
    }

    private IBenchPart[] DefaultSet(ParseResult parsed) =>
    [
        new HttpPart(Options(parsed)),
        .. ((CaseBench[])[CaseBenches.Channels, CaseBenches.Scheduler, CaseBenches.Pool, CaseBenches.Alloc, CaseBenches.Map]).Select(bench => Cases(parsed, bench, BesideHttp)),
        CheckPart.Headline(),
    ];

    private async Task<int> MeasureAllocAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_resident) is not { } subject) return await RunAsync(parsed, () => [Cases(parsed, CaseBenches.Alloc, new())]);
        (long before, long peak, long after) = ResidentMemory.Run(subject);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{subject}: {before:N0} KiB resident before, {peak:N0} at the peak, {after:N0} when all was freed"));
        return ExitCode.Good;
    }

    private static Option<string[]> Requests()
    {
        var option = new Option<string[]>("--request")
        {
            Description = $"what to ask for, instead of plaintext and json; may be given several times: {string.Join(", ", HttpBench.Requests)}",
            HelpName = "NAME",
        };
        option.AcceptOnlyFromAmong([.. HttpBench.Requests]);
        return option;
    }

    private static Option<string[]> Beside()
    {
        var option = new Option<string[]>("--beside")
        {
            Description = $"measure this one too, in the requests that it answers; may be given several times: {string.Join(", ", MorePeers.Names)}",
            HelpName = "NAME",
        };
        option.AcceptOnlyFromAmong([.. MorePeers.Names]);
        return option;
    }

    private static Option<string?> Resident()
    {
        var option = new Option<string?>("--resident") { Description = $"instead, run a load on SUBJECT alone and tell its resident memory: {string.Join(", ", ResidentMemory.Subjects)}", HelpName = "SUBJECT" };
        option.AcceptOnlyFromAmong([.. ResidentMemory.Subjects]);
        return option;
    }

    private Command CasesCommand(string name, CaseBench bench, string description)
    {
        var command = new Command(name, description) { _filter };
        command.Validators.Add(result => RefuseIdleFilter(result, bench));
        command.SetAction((parsed, _) => RunAsync(parsed, () => [Cases(parsed, bench, new())]));
        return command;
    }

    /// <summary>A filter that is misspelled would measure nothing, and nothing would be slow.</summary>
    private void RefuseIdleFilter(CommandResult result, CaseBench bench)
    {
        if (result.GetValue(_filter) is not { } filter || bench.HasCase(filter)) return;
        result.AddError($"--filter {filter}: no case of bench {bench.Area} has that in its name. They are: {string.Join(", ", bench.Cases)}.");
    }

    private void RefuseRateWithWrk(CommandResult result)
    {
        if (result.GetResult(_rate) != null && result.GetResult(_load) is { Implicit: false } && result.GetValue(_load) == "wrk")
            result.AddError("--load wrk has a closed loop only; leave it out to use --rate.");
    }

    private void RefuseSlowWithWrk(CommandResult result)
    {
        if (result.GetValue(_requests)?.Contains("beside-slow") == true && result.GetValue(_load) == "wrk") result.AddError("--load wrk has no slow connections; leave it out to ask for beside-slow.");
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<IBenchPart[]> parts, IReadOnlyList<Assertion>? promises = null)
    {
        try
        {
            return await new BenchRun(Settings(parsed, promises ?? [])).RunAsync(parts());
        }
        catch (TransportUnavailableException refused)
        {
            await Console.Error.WriteLineAsync($"fastcore: {refused.Message}");
            return ExitCode.Unreachable;
        }
    }

    private CasesPart Cases(ParseResult parsed, CaseBench bench, CaseBenchOptions defaults) => new(bench, defaults with
    {
        Filter = parsed.GetValue(_filter),
        Rounds = parsed.GetValue(_rounds) ?? defaults.Rounds,
        RoundDuration = parsed.GetValue(_duration) ?? defaults.RoundDuration,
    });

    private BenchSettings Settings(ParseResult parsed, IReadOnlyList<Assertion> promises) =>
        new(parsed.GetValue(_html), parsed.GetValue(_json), parsed.GetValue(_markdown), [.. promises, .. parsed.GetValue(_assertions) ?? []]);

    private HttpBenchOptions Options(ParseResult parsed)
    {
        var defaults = new HttpBenchOptions { Executable = "", Transports = [] };
        return defaults with
        {
            Executable = Environment.ProcessPath!,
            Transports = parsed.GetValue(_transport) is { } transport ? [transport] : WorkingTransports(),
            Traced = parsed.GetValue(_traced),
            Requests = parsed.GetResult(_requests) == null ? null : parsed.GetValue(_requests),
            Beside = parsed.GetValue(_beside) ?? [],
            Connections = parsed.GetValue(_connections),
            Pipeline = parsed.GetValue(_pipeline),
            Rate = parsed.GetValue(_rate),
            Load = parsed.GetValue(_load) == "wrk" ? LoadKind.Wrk : LoadKind.Own,
            Rounds = parsed.GetValue(_rounds) ?? defaults.Rounds,
            Duration = parsed.GetValue(_duration) ?? defaults.Duration,
            ServerCpu = parsed.GetValue(_serverCpu),
            LoadCpu = parsed.GetValue(_loadCpu),
        };
    }

    /// <summary>Three rounds of a second, for each setting and each of two loads.</summary>
    private HttpBenchOptions GcOptions(ParseResult parsed) => Options(parsed) with
    {
        Rounds = parsed.GetValue(_rounds) ?? 3,
        Duration = parsed.GetValue(_duration) ?? TimeSpan.FromSeconds(1),
    };

    /// <summary>Three rounds of three seconds: with thousands of clients each has few requests in one.</summary>
    private HttpBenchOptions GatewayOptions(ParseResult parsed) => Options(parsed) with
    {
        Rounds = parsed.GetValue(_rounds) ?? 3,
        Duration = parsed.GetValue(_duration) ?? TimeSpan.FromSeconds(3),
        WarmUp = TimeSpan.FromSeconds(1),
    };

    /// <summary>The fast ones that work here; where neither does, the one that is left.</summary>
    private static string[] WorkingTransports()
    {
        var best = TransportSelector.Choose().Kind;
        return best == TransportKind.IoUring ? ["io_uring", "epoll"] : [TransportSelector.Name(best)];
    }

    private static Option<Assertion[]> Assertions() => new("--assert")
    {
        Description = "exit with 1 unless it holds, such as p99_us<2000, ratio.cpu_us_per_request<=0.5 or http/json/c64/p1:cpu_us_per_request<9; may be given several times",
        HelpName = "CONDITION",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result =>
        {
            var assertions = new List<Assertion>();
            foreach (var token in result.Tokens)
            {
                if (Assertion.TryParse(token.Value, out var assertion, out var problem)) assertions.Add(assertion);
                else result.AddError($"--assert: {problem}");
            }
            return [.. assertions];
        },
    };

    private static Option<string[]> Settings()
    {
        var option = new Option<string[]>("--setting") { Description = $"measure this setting beside the first, instead of all; may be given several times: {string.Join(", ", GcBench.Settings)}", HelpName = "NAME" };
        option.AcceptOnlyFromAmong([.. GcBench.Settings]);
        return option;
    }

    private static Option<double?> Rate()
    {
        var option = new Option<double?>("--rate") { Description = "open loop: this many requests a second, whether or not they are answered; latency counts from when each was due", HelpName = "R" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, out var rate) && rate is not (> 0 and <= 100_000_000)) result.AddError($"--rate is {rate}; give a number above 0.");
        });
        return option;
    }

    private static Option<string> Load()
    {
        var option = new Option<string>("--load") { Description = "what makes the load: our own generator, or wrk where it is installed", HelpName = "own|wrk", DefaultValueFactory = _ => "own" };
        option.AcceptOnlyFromAmong("own", "wrk");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "wrk" }] && !HttpBench.IsWrkInstalled) result.AddError("--load wrk: there is no wrk on the path. Install it (apt-get install wrk) or leave the option out.");
        });
        return option;
    }
}
