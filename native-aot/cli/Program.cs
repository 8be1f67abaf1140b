using System.CommandLine;
using System.CommandLine.Invocation;
using FastCore.Cli;
using FastCore.Cli.Commands;

var parsed = FastCoreCommand.Create().Parse(args);
if (parsed.Action is ParseErrorAction)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine($"fastcore: {error.Message}");
    Console.Error.WriteLine($"See {FastCoreCommand.PathOf(parsed.CommandResult)} --help.");
    return ExitCode.Usage;
}

// Commands answer for signals and for expected failures themselves; what is left is a defect, and its trace should be seen.
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
