using System.CommandLine;
using FastCore.Cli.Trace;
using FastCore.Perf.Tracing;
using FastCore.Scheduling;
using FastCore.Tracing;
using FastCore.Tracing.Exporting;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore trace</c>: records what the scheduler and the channels do, and shows it.</summary>
internal static class TraceCommand
{
    // What a control socket takes: see ControlRequest.
    private const int MostEventsOfAttached = (1 << 18) - 1;

    private static readonly TimeSpan LongestAttached = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var workload = new Option<string>("--workload") { Description = $"what to run: {string.Join(", ", TraceWorkload.Names)}", HelpName = "NAME" };
        workload.AcceptOnlyFromAmong([.. TraceWorkload.Names]);
        var folder = new Option<string>("--out") { Description = "the folder to write to; it is made if need be", HelpName = "DIR" };
        var time = CommonOptions.Time("--seconds", "for how long (default 2s)");
        var attach = new Option<string>("--attach") { Description = "trace a process that runs, through the socket that it was given with `fastcore serve --control`", HelpName = "PATH" };
        var length = CommonOptions.Time("--for", "with --attach: for how long (default 2s)");
        var last = CommonOptions.Time("--last", "with --attach: the last seconds of a process that records");
        var events = CommonOptions.Number("--events", $"how many of its last events each thread keeps (default {TraceFiles.DefaultEvents})", 1, (1 << 24) - 1);
        var places = new Option<bool>("--places") { Description = "record where work is spawned: some microseconds for each spawn" };
        var command = new Command("trace", $"Record a workload, or a process that runs: {TraceFiles.Saved} (saved), {TraceFiles.Page} (a page to look at), {TraceFiles.Perfetto} (for ui.perfetto.dev) and {TraceFiles.Speedscope}; prints what it comes to.")
        {
            workload, attach, length, last, folder, time, events, places, CreateReport(), CreateView(),
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(folder) == null || (result.GetResult(workload) == null) == (result.GetResult(attach) == null))
                result.AddError("trace needs --out DIR and either --workload NAME or --attach PATH, or one of the commands report and view.");
            else if (result.GetResult(attach) == null && (result.GetResult(length) ?? result.GetResult(last)) != null)
                result.AddError("--for and --last belong to --attach; a workload runs for --seconds.");
            else if (result.GetResult(attach) != null && result.GetResult(time) != null)
                result.AddError("--seconds belongs to --workload; a process is traced --for a time.");
            else if (result.GetResult(length) != null && result.GetResult(last) != null)
                result.AddError("give --for, which is a time to come, or --last, which is one that was.");
            else if (result.GetResult(last) != null && (result.GetResult(events) != null || result.GetResult(places) != null))
                result.AddError("--events and --places say how to record what comes; --last is of what was.");
            else if (result.GetResult(attach) != null && result.GetValue(events) > MostEventsOfAttached)
                result.AddError($"--events is {result.GetValue(events)}; with --attach give at most {MostEventsOfAttached}.");
            else if ((result.GetValue(length) ?? result.GetValue(last)) > LongestAttached)
                result.AddError($"with --attach give at most {LongestAttached.TotalMinutes}m.");
        });
        command.SetAction((parsed, _) =>
        {
            var options = new TracerOptions { EventsPerThread = parsed.GetValue(events) ?? TraceFiles.DefaultEvents, SpawnPlaces = parsed.GetValue(places) };
            var to = parsed.GetRequiredValue(folder);
            if (parsed.GetValue(attach) is not { } socket) return RunAsync(parsed.GetRequiredValue(workload), to, parsed.GetValue(time) ?? DefaultTime, options);
            var span = parsed.GetValue(last) ?? parsed.GetValue(length) ?? DefaultTime;
            return Task.FromResult(new AttachedTrace(socket, span, parsed.GetResult(last) != null, options).Run(to, snapshot => Show(snapshot, to)));
        });
        return command;
    }

    private static Command CreateReport()
    {
        var file = TraceFileArgument();
        var command = new Command("report", "Print what a saved trace comes to.") { file };
        command.SetAction(parsed => TraceFiles.Use(parsed.GetRequiredValue(file), snapshot => TraceReport.Write(snapshot, Console.Out)));
        return command;
    }

    private static Command CreateView()
    {
        var file = TraceFileArgument();
        var page = new Option<string>("--out") { Description = "the page to write", HelpName = "FILE", Required = true };
        var command = new Command("view", "Write the page of a saved trace, self-contained.") { file, page };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(file);
            return TraceFiles.Use(name, snapshot => TraceFiles.Create(parsed.GetRequiredValue(page), stream => TracePage.Write(snapshot, stream, Path.GetFileName(name))));
        });
        return command;
    }

    private static Argument<string> TraceFileArgument() => new("FILE") { Description = $"a saved trace, such as {TraceFiles.Saved}" };

    private static async Task<int> RunAsync(string workload, string folder, TimeSpan time, TracerOptions options)
    {
        using var interruption = new Interruption();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        using (var meter = new PauseMeter())
        await using (var scheduler = new Scheduler())
        {
            Tracer.Start(options);
            enough.CancelAfter(time);
            await TraceWorkload.RunAsync(workload, scheduler, enough.Token);
            Tracer.Stop();
        }
        var snapshot = Tracer.Snapshot().WithoutGaps();
        return TraceFiles.Guard(() =>
        {
            TraceFiles.WriteAll(snapshot, folder, workload);
            Show(snapshot, folder);
        });
    }

    private static void Show(TraceSnapshot snapshot, string folder)
    {
        TraceReport.Write(snapshot, Console.Out);
        Console.Out.WriteLine($"\n{Path.Combine(folder, TraceFiles.Page)} shows it; {TraceFiles.Perfetto} opens in ui.perfetto.dev, {TraceFiles.Speedscope} in speedscope.");
    }
}
