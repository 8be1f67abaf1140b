using System.CommandLine;
using FastCore.Cli.Diagrams;
using FastCore.Tracing;
using FastCore.Tracing.Exporting;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore diagrams</c>: the state diagrams of the engines, from the tables that their code steps through.</summary>
internal static class DiagramsCommand
{
    private const string Page = "diagrams.html";

    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "the folder to write to; it is made if need be", HelpName = "DIR", Required = true };
        var command = new Command("diagrams", $"Write the state diagrams: {Page}, self-contained, and a Mermaid text for each table.") { folder };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(folder)));
        return command;
    }

    private static int Run(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (TransitionTable table in DiagramCatalogue.Live)
                File.WriteAllText(Path.Combine(folder, $"{table.Name.Replace(' ', '-')}.mmd"), MermaidDiagram.Write(table));
            File.WriteAllText(Path.Combine(folder, Page), DiagramPage.Write(DiagramCatalogue.Live, DiagramCatalogue.JoinLater));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"fastcore: {refused.Message}");
            return ExitCode.Unreachable;
        }
        Console.Out.WriteLine($"{DiagramCatalogue.Live.Count} diagrams in {Path.Combine(folder, Page)}, {DiagramCatalogue.JoinLater.Count} join with later systems");
        return ExitCode.Good;
    }
}
