using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>A <c>fastcore serve --demo</c> on a free port.</summary>
internal sealed partial class RunningServer : IDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    public RunningServer(params string[] arguments)
        : this(FastCoreProgram.Executable, ["serve", "--demo", "--port", "0", .. arguments])
    {
    }

    public RunningServer(string file, IEnumerable<string> arguments)
    {
        _process = FastCoreProgram.Start(file, arguments, []);
        Announcement = _process.StandardOutput.ReadLine() ?? "";
        var word = Announcement.Split(' ').FirstOrDefault(static part => part.StartsWith("http://", StringComparison.Ordinal) || part.StartsWith("https://", StringComparison.Ordinal));
        if (word == null)
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"The server said '{Announcement}' and '{_process.StandardError.ReadToEnd()}' instead of where it listens.");
        }
        Address = word!;
    }

    /// <summary>The line it printed at its start.</summary>
    public string Announcement { get; }

    /// <summary>Where it listens, as an URL without a path.</summary>
    public string Address { get; }

    public int Port => new Uri(Address).Port;

    /// <summary>Sends a signal, by its number.</summary>
    public void Signal(int signal) => Kill(_process.Id, signal);

    /// <summary>Waits for the next line that it prints.</summary>
    public string ReadLine() => _process.StandardOutput.ReadLine() ?? "";

    /// <summary>Sends SIGTERM and returns the exit code and what it wrote after its first line.</summary>
    public (int ExitCode, string Output, string Error) Stop()
    {
        Kill(_process.Id, Terminate);
        var output = _process.StandardOutput.ReadToEnd();
        var error = _process.StandardError.ReadToEnd();
        Assert.That(_process.WaitForExit(StopLimit), Is.True, "The server ends when it is told to.");
        return (_process.ExitCode, output, error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
