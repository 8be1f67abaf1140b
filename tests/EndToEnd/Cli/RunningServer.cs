using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>A <c>fastcore serve --demo</c> on a free port.</summary>
internal sealed partial class RunningServer : IDisposable
{
    private const int Terminate = 15;
    private const int LimitOfDescriptors = 7;
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

    /// <summary>How often one of its threads has gone to sleep, so far.</summary>
    public long SleepsOf(string thread)
    {
        foreach (var task in Directory.GetDirectories($"/proc/{_process.Id}/task"))
        {
            if (File.ReadAllText($"{task}/comm").TrimEnd() != thread) continue;
            var line = File.ReadLines($"{task}/status").Single(static line => line.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal));
            return long.Parse(line.AsSpan(line.IndexOf(':') + 1), CultureInfo.InvariantCulture);
        }
        Assert.Fail($"The server has no thread {thread}.");
        return 0;
    }

    /// <summary>Sets the limit of its descriptors; those that it has it keeps.</summary>
    /// <returns>What it was.</returns>
    public ulong LimitDescriptors(ulong most)
    {
        Assert.That(LimitResource(_process.Id, LimitOfDescriptors, 0, out var before), Is.Zero);
        var limit = before with { Soft = most };
        Assert.That(LimitResource(_process.Id, LimitOfDescriptors, in limit, out _), Is.Zero);
        return before.Soft;
    }

    /// <summary>Waits for the next line that it prints.</summary>
    public string ReadLine() => _process.StandardOutput.ReadLine() ?? "";

    /// <summary>Sends SIGTERM and returns the exit code and what it wrote after its first line.</summary>
    public (int ExitCode, string Output, string Error) Stop()
    {
        Kill(_process.Id, Terminate);
        return WaitForEnd();
    }

    /// <summary>Waits for its end, which something else brings about; returns the same.</summary>
    public (int ExitCode, string Output, string Error) WaitForEnd()
    {
        var output = _process.StandardOutput.ReadToEnd();
        var error = _process.StandardError.ReadToEnd();
        Assert.That(_process.WaitForExit(StopLimit), Is.True, "The server ends when it is told to.");
        return (_process.ExitCode, output, error);
    }

    /// <summary>Waits for its end while nobody reads what it writes; returns the exit code.</summary>
    public int WaitForEndUnread(int milliseconds)
    {
        Assert.That(_process.WaitForExit(milliseconds), Is.True, "The server ends when it is told to, whoever reads.");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int LimitResource(int process, int resource, in ResourceLimit limit, out ResourceLimit before);

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int LimitResource(int process, int resource, nint none, out ResourceLimit before);

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);
}
