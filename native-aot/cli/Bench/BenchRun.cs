using FastCore.Perf.Processes;
using FastCore.Perf.Reports;
using FastCore.Perf.Results;
using Spectre.Console;

namespace FastCore.Cli.Bench;

/// <summary>Runs parts of the bench, shows how they go on, and hands the report to whoever asked for it.</summary>
internal sealed class BenchRun(BenchSettings settings)
{
    private readonly IAnsiConsole _console = Terminal.Create(toError: settings.JsonToOutput);

    /// <summary>The exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<IBenchPart> parts)
    {
        if (settings.Problem() is { } problem)
        {
            Console.Error.WriteLine($"fastcore: {problem}");
            return ExitCode.Usage;
        }
        using var interruption = new Interruption();
        var report = new BenchReport { Machine = MachineProbe.Look(parts.Select(part => part.Pinning).FirstOrDefault(pinning => pinning != null)) };
        string? unreachable = null;
        var interrupted = false;
        try
        {
            await ProgressView.RunAsync(_console, async progress =>
            {
                foreach (var part in parts) await part.RunAsync(report, progress, interruption.Token);
            });
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            interrupted = true;
        }
        catch (ServerStartException failure)
        {
            unreachable = failure.Message;
        }

        ReportView.Print(_console, report);
        WriteFiles(report);
        var failures = settings.Assertions.SelectMany(assertion => assertion.Check(report)).ToList();
        foreach (var failure in failures) Console.Error.WriteLine($"fastcore: assertion failed: {failure}");
        if (unreachable != null) Console.Error.WriteLine($"fastcore: {unreachable}");
        if (interrupted) Console.Error.WriteLine("fastcore: interrupted; what was finished is above.");
        return interrupted ? ExitCode.Interrupted
            : unreachable != null ? ExitCode.Unreachable
            : failures.Count > 0 ? ExitCode.AssertionFailed
            : report.IsInconclusive ? ExitCode.Inconclusive
            : ExitCode.Good;
    }

    private void WriteFiles(BenchReport report)
    {
        if (settings.Html is { } html) File.WriteAllText(html, HtmlReport.Write(report));
        if (settings.Markdown is { } markdown) File.WriteAllText(markdown, MarkdownReport.Merge(File.Exists(markdown) ? File.ReadAllText(markdown) : null, MarkdownReport.Write(report)));
        if (settings.JsonToOutput) Console.Out.Write(report.ToJson());
        else if (settings.Json is { } json) File.WriteAllText(json, report.ToJson());
    }
}
