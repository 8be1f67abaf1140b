using System.Diagnostics;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>What a finished program left behind.</summary>
internal sealed record Finished(int ExitCode, string Output, string Error);

/// <summary>The <c>fastcore</c> executable as a user runs it: named by FASTCORE_EXE, else <c>out/bin/fastcore</c>. Tests are ignored where it is not built.</summary>
internal static class FastCoreProgram
{
    public const string Variable = "FASTCORE_EXE";

    public static string Executable
    {
        get
        {
            var path = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : RepositoryRoot.Of("out/bin/fastcore");
            if (!File.Exists(path)) Assert.Ignore($"There is no {path}. Publish it with: dotnet publish native-aot/cli -c Release -r linux-x64 -o out/bin, or name it in {Variable}.");
            return path;
        }
    }

    public static Finished Run(params string[] arguments) => Run(Executable, arguments, []);

    /// <summary>Runs a program to its end and returns all that it wrote.</summary>
    public static Finished Run(string file, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        using var process = Start(file, arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Hang.Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{Path.GetFileName(file)} {string.Join(' ', arguments)} had not ended after {Hang.Patience}. It wrote: {output.Result} {error.Result}");
        }
        return new Finished(process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(string file, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The full path of a program on the path; the test is ignored where it is not installed.</summary>
    public static string Installed(string name)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (path == null) Assert.Ignore($"{name} is not installed (apt-get install {name}).");
        return path!;
    }
}
