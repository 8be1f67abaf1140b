using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastCore.Cli.Serving;
using FastCore.Cli.Settings;
using FastCore.Cli.Trace;
using FastCore.Diagnostics;
using FastCore.Net.Diagnostics;
using FastCore.Net.Http;
using FastCore.Net.Http.Observing;
using FastCore.Net.Transport;
using FastCore.Perf.Collector;
using FastCore.Perf.Demo;
using FastCore.Perf.Processes;
using FastCore.Tracing;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore serve</c>: serves a folder, or the demo application, until it is told to stop.</summary>
/// <remarks>Without --stats nothing here touches the console's rendering, and nothing touches reflection: a server should answer within milliseconds of its start.</remarks>
internal static class ServeCommand
{
    private static readonly TimeSpan DefaultKept = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var command = new ConfigurableCommand("serve", "Serve a folder, or the demo application, over HTTP/1.1 until Ctrl-C or SIGTERM.");
        var demo = new Option<bool>("--demo") { Description = "serve the demo application: / /plaintext /json /echo /cookie /upload /bytes/{n} /delay/{ms} /stats" };
        var addresses = new ServedAddresses();
        var transport = CommonOptions.Transport("the transport (default: the best that works)");
        var cpus = CommonOptions.Cpus("the processors to run on, one reactor each, such as 0,2-3 (default: one reactor for each)");
        var trace = CommonOptions.File("--trace", "record from the start, and write the last events to FILE when the server has stopped: .html is a page, .fctrace a saved trace, all else is for ui.perfetto.dev");
        var traceFolder = new Option<string>("--trace-out") { Description = "the folder that SIGUSR2 and --trace-limit write traces to (default: the present one); SIGUSR1 starts and stops recording", HelpName = "FOLDER" };
        var kept = CommonOptions.Time("--trace-keep", "how far back a trace goes, if its threads have not done too much (default 10s)");
        var limit = CommonOptions.Time("--trace-limit", "write the trace when a reactor lets work wait for longer, such as 20ms");
        var control = new Option<string?>("--control") { Description = "make a socket, for this user alone, through which `fastcore top`, `profile` and `trace` look at the server with --attach PATH; adds /compute/{ms}, which runs on the scheduler, and /job/{ms}, which waits for a task to do it", HelpName = "PATH" };
        var mode = Mode();
        foreach (var option in (Option[])[transport, cpus, demo, trace, traceFolder, kept, limit, control, mode]) command.Add(option);
        addresses.AddTo(command);
        var limits = new ServedLimits();
        limits.AddTo(command);
        var handOver = ServedRestart.Option();
        command.Add(handOver);
        var files = new ServedFolder();
        files.AddTo(command);
        var stats = new StatsOptions();
        stats.AddTo(command);
        var log = new ServedLog();
        log.AddTo(command, stats);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(demo) && result.GetValue(files.Folder) == null && !command.IsToBePrinted(result)) result.AddError("say what to serve: a folder, or --demo. Your own application goes into a program of yours, with HttpServer; see the README.");
            if (result.GetValue(handOver) != null && result.GetValue(control) != null) result.AddError("--hand-over does not go with --control: for a while two processes would want its socket.");
        });
        command.SetAction(async (parsed, _) =>
        {
            if (command.IsToBePrinted(parsed.CommandResult))
            {
                command.Print(parsed, Console.Out);
                return ExitCode.Good;
            }
            using var restart = ServedRestart.Begin(parsed.GetValue(handOver));
            if (restart == null) return command.IsToBeChecked(parsed) ? ExitCode.Usage : ExitCode.Unreachable;
            var plan = new ServedPlan
            {
                Options = limits.AddTo(addresses.AddTo(new HttpServerOptions
                {
                    Transport = CommonOptions.ToKind(parsed.GetValue(transport)),
                    Cpus = parsed.GetResult(cpus) == null ? null : parsed.GetValue(cpus),
                    OnError = static (failure, where) => Console.Error.WriteLine($"{where} {failure}"),
                }, parsed, files.ToTls(parsed), restart.Passed, restart.Taken), parsed),
                Tracing = new ServerTracingOptions(parsed.GetValue(traceFolder) ?? ".", parsed.GetValue(kept) ?? DefaultKept, parsed.GetValue(limit)),
                TraceFile = parsed.GetValue(trace),
                ControlPath = parsed.GetValue(control),
                HandOverPath = parsed.GetValue(handOver),
                LogFile = log.File(parsed),
                Mode = ToMode(parsed.GetValue(mode)),
                IsDemo = parsed.GetValue(demo),
                Folder = parsed.GetValue(files.Folder),
                FileOptions = files.ToOptions(parsed),
                StatsInterval = stats.Interval(parsed),
            };
            if (command.IsToBeChecked(parsed)) return ServedCheck.Run(plan, restart);
            HttpAccessLog? opened;
            try
            {
                opened = log.Open(parsed);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"fastcore: --access-log: {refused.Message}");
                return ExitCode.Unreachable;
            }
            // Closed behind the last request.
            using var whileServing = opened;
            using var meter = stats.AreAsked(parsed.CommandResult) ? new RequestMeter() : null;
            IHttpObserver?[] observers = [opened, meter];
            return await RunAsync(plan with { Options = plan.Options with { Observers = [.. observers.OfType<IHttpObserver>()] }, Log = plan.LogFile == null ? null : opened, Meter = meter }, restart);
        });
        return command;
    }

    private static Option<string?> Mode()
    {
        var option = new Option<string?>("--gc-mode")
        {
            Description = "what is asked of the garbage collector; adds /allocate, which gives it work, and /gc, which says what it does (/gc/restart: from now on). DOTNET_gcConcurrent, DOTNET_gcServer and others say the rest",
            HelpName = string.Join('|', CollectorModes.Names),
        };
        option.AcceptOnlyFromAmong([.. CollectorModes.Names]);
        return option;
    }

    private static CollectorMode? ToMode(string? name) => name == null ? null : CollectorModes.Parse(name);

    private static async Task<int> RunAsync(ServedPlan plan, ServedRestart restart)
    {
        if (plan.TraceFile is not { } traceFile) return await ServeAsync(plan, restart);
        try
        {
            // Before the server starts, so that a file that can't be written is no surprise at its end.
            // Shared, for it may be /dev/null, which no server has to itself.
            await using var file = new FileStream(traceFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
            Tracer.Start(TraceFiles.Options);
            var code = await ServeAsync(plan, restart);
            Tracer.Stop();
            TraceFiles.Write(Tracer.Snapshot().WithoutGaps(), file, traceFile);
            return code;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"fastcore: --trace: {refused.Message}");
            return ExitCode.Unreachable;
        }
    }

    private static async Task<int> ServeAsync(ServedPlan plan, ServedRestart restart)
    {
        HttpServer? running = null;
        var (options, mode) = (plan.Options, plan.Mode);
        var isSecure = options.MoreEndPoints.Any(static endPoint => endPoint.Tls != null);
        // Who has nothing to read again ends with its terminal.
        using var interruption = new Interruption(!isSecure && plan.Log == null ? null : () => ServedRestart.Reload(() =>
        {
            Volatile.Read(ref running)?.ReloadCertificates();
            plan.Log?.Reopen();
        }));
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = interruption.Token.Register(stopped.SetResult);
        if (!TryMake(plan, out var server)) return ExitCode.Unreachable;
        if (!TryStartControl(plan.ControlPath, out var control)) return ExitCode.Unreachable;
        using var whileServing = control;
        // From before anything waits.
        if (control != null) LiveWaits.Start();
        using var jobs = control == null ? null : new JobQueue();
        if (control != null)
        {
            DemoApplication.MapCompute(server);
            jobs!.Map(server);
        }
        using var meter = mode == null ? null : new PauseMeter();
        if (meter != null) DemoApplication.MapAllocation(server, meter);
        try
        {
            // The demo's records are made, so that no region without collections is filled with them.
            if (mode is { } asked) HeldMode.Enter(asked);
            server.Start();
            restart.Serving(server);
        }
        catch (Exception refused) when (refused is SocketException or TransportUnavailableException or InvalidOperationException or IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            Console.Error.WriteLine($"fastcore: {Explain(refused, options)}");
            server.Dispose();
            return ExitCode.Unreachable;
        }
        Volatile.Write(ref running, server);
        if (control != null) server.Register("http");
        // Who reads the line may send a signal at once.
        using var tracer = new ServerTracing(plan.Tracing, server.Reactors);
        var places = options.Cpus == null ? "any" : CpuList.Format([.. options.Cpus]);
        var name = ServedAddresses.Name(server.EndPoints[0], isSecure);
        foreach (var more in server.EndPoints.Skip(1)) Console.Out.WriteLine($"fastcore listening on {ServedAddresses.Name(more, isSecure)} too");
        Console.Out.WriteLine($"fastcore listening on {name} transport={TransportSelector.Name(server.Transport.Kind)} ({server.Transport.Reason}) reactors={server.Reactors.Count} cpus={places}");
        // Its end gives the terminal back before the server's, which may take a while.
        using (ServedStats.Start(server, plan.Meter, plan.StatsInterval, name)) await Task.WhenAny(stopped.Task, restart.WhenTaken);
        await restart.StopAsync(server, StopLimit);
        return ExitCode.Good;
    }

    private static bool TryMake(ServedPlan plan, out HttpServer server)
    {
        server = new HttpServer(plan.Options);
        try
        {
            plan.MapTo(server);
            return true;
        }
        catch (DirectoryNotFoundException refused)
        {
            Console.Error.WriteLine($"fastcore: {refused.Message}");
            return false;
        }
    }

    private static bool TryStartControl(string? path, out ControlServer? control)
    {
        control = null;
        if (path == null) return true;
        try
        {
            control = ControlServer.Start(path);
            return true;
        }
        catch (Exception refused) when (refused is IOException or SocketException or ArgumentException)
        {
            Console.Error.WriteLine($"fastcore: --control: {refused.Message}");
            return false;
        }
    }

    private static string Explain(Exception refused, HttpServerOptions options) => refused is SocketException socket && options.MoreEndPoints is [{ Address: IPEndPoint endPoint }]
        ? socket.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => SocketHolder.Find(endPoint) is { } holder
                ? $"port {endPoint.Port} of {endPoint.Address} is in use by process {holder.Process} ({holder.Name}). Give another with --port, or 0 for a free one."
                : $"port {endPoint.Port} of {endPoint.Address} is in use. Give another with --port, or 0 for a free one; `ss -ltnp` shows who has it.",
            SocketError.AddressNotAvailable => $"{endPoint.Address} is no address of this machine. Give one with --address; `ip address` shows them.",
            SocketError.AccessDenied => $"this user may not listen on port {endPoint.Port}. Give one from 1024 up with --port.",
            _ => refused.Message,
        }
        : refused.Message;
}
