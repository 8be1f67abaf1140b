using System.Diagnostics;
using System.Reflection;
using FastCore.Net.Tests.Diagnostics;
using FastCore.Net.Tests.Http.Fuzzing;
using FastCore.Net.Tests.Transport;

namespace FastCore.Net.Tests;

/// <summary>Runs a scenario of this assembly in a process of its own, where it may take from the process what a test host needs.</summary>
internal static class ChildProcess
{
    /// <summary>Runs the scenario and fails, with what it printed, unless it exits with zero.</summary>
    public static void Run(string scenario, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "exec", Assembly.GetExecutingAssembly().Location, scenario },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Hang.Milliseconds))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The scenario {scenario} hangs. It printed: {output.Result}{errors.Result}");
        }
        Assert.That(process.ExitCode, Is.Zero, () => $"{output.Result}{errors.Result}");
    }

    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case [DescriptorStarvation.Name, var kind]:
                DescriptorStarvation.Run(kind);
                return 0;
            case [PoolStarvation.Name, var path]:
                PoolStarvation.Run(path);
                return 0;
            case [FuzzCommand.Name, .. var rest]:
                return FuzzCommand.Do(rest);
            default:
                Console.Error.WriteLine("This is a test assembly; run it with dotnet test.");
                return 2;
        }
    }
}
