using System.CommandLine;
using System.Text.Json;
using FastCore.Cli.Doctor;
using FastCore.Net.Transport;
using Spectre.Console;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore doctor</c>: what this machine lets FastCore do, and how to get what is missing.</summary>
internal static class DoctorCommand
{
    private const int Schema = 1;

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "print the diagnosis as JSON" };
        var command = new Command("doctor", "Say what this machine lets FastCore do: found, wanted, how to fix. Exits with 1 if something blocks the fast path.") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool asJson)
    {
        var (choice, finding) = TransportChecks.Choice();
        Finding[] findings = [.. MachineChecks.Run(), .. TransportChecks.Run(), finding];
        var diagnosis = new Diagnosis(
            Schema, choice == null ? null : TransportSelector.Name(choice.Kind), choice?.Reason ?? finding.Found,
            FastPath: !Array.Exists(findings, found => found.Verdict == Verdict.Blocking), findings);
        if (asJson) Console.Out.WriteLine(JsonSerializer.Serialize(diagnosis, DoctorJson.Default.Diagnosis));
        else Print(Terminal.Create(toError: false), diagnosis);
        return diagnosis.FastPath ? ExitCode.Good : ExitCode.AssertionFailed;
    }

    private static void Print(IAnsiConsole console, Diagnosis diagnosis)
    {
        var width = diagnosis.Findings.Max(finding => finding.Name.Length);
        foreach (var finding in diagnosis.Findings)
        {
            var (word, colour) = finding.Verdict switch
            {
                Verdict.Good => ("ok   ", "green"),
                Verdict.Weak => ("weak ", "yellow"),
                _ => ("BLOCK", "red"),
            };
            console.MarkupLine($"[{colour}]{word}[/]  {Markup.Escape(finding.Name.PadRight(width))}  {Markup.Escape(finding.Found)}  [dim]wanted: {Markup.Escape(finding.Wanted)}[/]");
            if (finding.Fix != null) console.MarkupLine($"{new string(' ', width + 9)}[bold]fix:[/] {Markup.Escape(finding.Fix)}");
        }
        console.MarkupLine(diagnosis.FastPath
            ? $"[green]Nothing blocks the fast path.[/] Servers use {Markup.Escape(diagnosis.Transport ?? "nothing")}."
            : $"[red]The fast path is blocked.[/] Servers use {Markup.Escape(diagnosis.Transport ?? "nothing")}.");
    }
}
