using System.CommandLine;
using FastCore.Cli;
using FastCore.Cli.Commands;

var (parsed, faults) = FastCoreCommand.Parse(args);
if (faults.Count > 0)
{
    foreach (var fault in faults) Console.Error.WriteLine($"fastcore: {fault}");
    Console.Error.WriteLine($"See {FastCoreCommand.PathOf(parsed.CommandResult)} --help.");
    return ExitCode.Usage;
}

// Commands answer for signals and for expected failures themselves; what is left is a defect, and its trace should be seen.
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
