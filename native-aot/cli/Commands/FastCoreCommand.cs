using System.CommandLine;
using System.CommandLine.Parsing;

namespace FastCore.Cli.Commands;

/// <summary>The command line as a whole.</summary>
internal static class FastCoreCommand
{
    public static RootCommand Create() => new("FastCore: serve, measure and diagnose. Exit codes: 0 good, 1 an assertion failed or a promise was broken, 2 usage, 3 target not reachable, 4 inconclusive, 130 interrupted.")
    {
        ServeCommand.Create(),
        BenchCommand.Create(),
        CheckCommand.Create(),
        DoctorCommand.Create(),
        TraceCommand.Create(),
        DiagramsCommand.Create(),
        TopCommand.Create(),
        ProfileCommand.Create(),
        CompletionCommand.Create(),
    };

    /// <summary>The command as a user would type it, for a hint.</summary>
    public static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "fastcore";
}
