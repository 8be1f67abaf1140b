using System.CommandLine;
using FastCore.Cli.Diagrams;
using FastCore.Cli.Trace;
using FastCore.Tracing;
using FastCore.Tracing.Analysis;
using FastCore.Tracing.Exporting;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore diagrams</c>: the state diagrams of the engines, from the tables that their code steps through.</summary>
internal static class DiagramsCommand
{
    private const string Page = "diagrams.html";

    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "the folder to write to; it is made if need be", HelpName = "DIR", Required = true };
        var trace = CommonOptions.File("--trace", "a saved trace: each step says how often it was taken there, and the median time before it");
        var command = new Command("diagrams", $"Write the state diagrams: {Page}, self-contained, and a Mermaid text for each table.") { folder, trace };
        command.SetAction(parsed => TraceFiles.Guard(() => Write(parsed.GetRequiredValue(folder), parsed.GetValue(trace))));
        return command;
    }

    private static void Write(string folder, string? trace)
    {
        var counts = trace == null ? null : new TraceCounts(TraceFiles.Read(trace));
        Directory.CreateDirectory(folder);
        foreach (TransitionTable table in DiagramCatalogue.Live)
            File.WriteAllText(Path.Combine(folder, $"{table.Name.Replace(' ', '-')}.mmd"), MermaidDiagram.Write(table, counts));
        File.WriteAllText(Path.Combine(folder, Page), DiagramPage.Write(DiagramCatalogue.Live, DiagramCatalogue.JoinLater, counts));
        Console.Out.WriteLine($"{DiagramCatalogue.Live.Count} diagrams in {Path.Combine(folder, Page)}, {DiagramCatalogue.JoinLater.Count} join with later systems");
    }
}
