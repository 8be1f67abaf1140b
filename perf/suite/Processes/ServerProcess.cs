using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace FastCore.Perf.Processes;

/// <summary>A running server: started on its own processor, told to stop in the end.</summary>
public sealed partial class ServerProcess : IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="process">What is started and stopped.</param>
    /// <param name="cpu">Its processor.</param>
    /// <param name="endPoint">Where it listens.</param>
    /// <param name="announcement">What it said.</param>
    /// <param name="errors">What it writes to its standard error.</param>
    /// <param name="measured">The process that does the work.</param>
    internal ServerProcess(Process process, int cpu, IPEndPoint endPoint, string announcement, Task<string> errors, int measured)
    {
        Cpu = cpu;
        _process = process;
        _errors = errors;
        EndPoint = endPoint;
        Announcement = announcement;
        Meter = new ProcessMeter(measured);
    }

    /// <summary>A folder of its own that goes with it; null for none.</summary>
    internal string? Folder { get; init; }

    /// <summary>The processor it runs on.</summary>
    public int Cpu { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The line it printed when it was ready.</summary>
    public string Announcement { get; }

    /// <summary>Measures it.</summary>
    public ProcessMeter Meter { get; }

    /// <summary>The process's number.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts <paramref name="subject"/> on <paramref name="cpu"/> and returns when it listens.</summary>
    /// <exception cref="ServerStartException">It can't be started, or it ended or said something else.</exception>
    public static ServerProcess Start(ServerSubject subject, int cpu)
    {
        if (subject.Launch != null) return subject.Launch(subject, cpu);
        var start = new ProcessStartInfo(subject.FileName, subject.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the user has set for a server of his own is no part of what is measured.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("FASTCORE_SERVE_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        foreach (var (name, value) in subject.Environment) start.Environment[name] = value;
        Process process;
        try
        {
            process = CpuPinning.StartOn(subject.Processors ?? [cpu], () => Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception refused)
        {
            throw new ServerStartException($"{subject.Name}: {refused.Message}", refused);
        }
        var line = process.StandardOutput.ReadLine();
        var errors = process.StandardError.ReadToEndAsync();
        if (line != null && Listening().Match(line) is { Success: true } match && IPEndPoint.TryParse(match.Groups["where"].Value, out var endPoint))
            return new ServerProcess(process, cpu, endPoint, line, errors, process.Id);
        if (line != null) process.Kill();
        process.WaitForExit();
        var said = string.Join(' ', new[] { line, errors.GetAwaiter().GetResult().Trim() }.Where(text => !string.IsNullOrEmpty(text)));
        throw new ServerStartException($"{subject.Name}: {Path.GetFileName(subject.FileName)} ended with code {process.ExitCode} instead of listening. It said: {said}");
    }

    /// <summary>Asks it to stop, waits a little, and ends it if it does not.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _ = NativeCalls.Kill(_process.Id, NativeCalls.SignalTerminate);
        if (!_process.WaitForExit(StopLimit)) _process.Kill();
        _process.WaitForExit();
        _errors.GetAwaiter().GetResult();
        _process.Dispose();
        if (Folder != null) Directory.Delete(Folder, recursive: true);
    }

    [GeneratedRegex("listening on http://(?<where>\\S+:[0-9]+)")]
    private static partial Regex Listening();
}

/// <summary>A server could not be started; the message says which and what it said.</summary>
public sealed class ServerStartException(string message, Exception? innerException = null) : Exception(message, innerException);
