using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using FastCore.Cli.Settings;

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

    /// <summary>Reads a command line, and for a command that is configured elsewhere too, what stands there.</summary>
    /// <returns>What it says, and a sentence for each thing that is wrong with it.</returns>
    public static (ParseResult Parsed, IReadOnlyList<string> Faults) Parse(string[] args)
    {
        var parsed = Create().Parse(args);
        var faults = new List<string>();
        var configurable = parsed.CommandResult.Command as ConfigurableCommand;
        // Help is given whatever a file says.
        if (configurable != null && (parsed.Action is ParseErrorAction || parsed.Action == configurable.Action)) parsed = configurable.Complete(parsed, args, faults);
        if (parsed.Action is ParseErrorAction) faults.AddRange(parsed.Errors.Select(error => configurable?.Explain(error) ?? error.Message));
        return (parsed, faults);
    }

    /// <summary>The command as a user would type it, for a hint.</summary>
    public static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "fastcore";
}
