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
    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var workload = new Option<string>("--workload") { Description = $"what to run: {string.Join(", ", TraceWorkload.Names)}", HelpName = "NAME" };
        workload.AcceptOnlyFromAmong([.. TraceWorkload.Names]);
        var folder = new Option<string>("--out") { Description = "the folder to write to; it is made if need be", HelpName = "DIR" };
        var time = CommonOptions.Time("--seconds", "for how long (default 2s)");
        var events = CommonOptions.Number("--events", $"how many of its last events each thread keeps (default {TraceFiles.DefaultEvents})", 1, (1 << 24) - 1);
        var places = new Option<bool>("--places") { Description = "record where work is spawned: some microseconds for each spawn" };
        var command = new Command("trace", $"Record a workload: {TraceFiles.Saved} (saved), {TraceFiles.Page} (a page to look at), {TraceFiles.Perfetto} (for ui.perfetto.dev) and {TraceFiles.Speedscope}; prints what it comes to.")
        {
            workload, folder, time, events, places, CreateReport(), CreateView(),
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(workload) == null || result.GetResult(folder) == null) result.AddError("trace needs --workload NAME and --out DIR, or one of the commands report and view.");
        });
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(workload),
            parsed.GetRequiredValue(folder),
            parsed.GetValue(time) ?? DefaultTime,
            new TracerOptions { EventsPerThread = parsed.GetValue(events) ?? TraceFiles.DefaultEvents, SpawnPlaces = parsed.GetValue(places) }));
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
            TraceReport.Write(snapshot, Console.Out);
            Console.Out.WriteLine($"\n{Path.Combine(folder, TraceFiles.Page)} shows it; {TraceFiles.Perfetto} opens in ui.perfetto.dev, {TraceFiles.Speedscope} in speedscope.");
        });
    }
}
