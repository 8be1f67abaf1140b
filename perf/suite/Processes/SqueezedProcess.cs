using System.Diagnostics;

namespace FastCore.Perf.Processes;

/// <summary>
/// Runs a program on a share of one processor's time: it is stopped (SIGSTOP) as soon as it has had more, and goes on (SIGCONT) when
/// the clock has caught up. So its threads stop in the middle of whatever they do, all at once, some dozens of times a second;
/// no right is needed, as it would be for a control group.
/// </summary>
internal static class SqueezedProcess
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    /// <summary>Runs it to its end.</summary>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="share">The share of one processor, above 0: a tenth is 0.1.</param>
    /// <param name="cancellationToken">Asks it to stop, unsqueezed, and ends it if it does not.</param>
    internal static SqueezedRun Run(string file, IEnumerable<string> arguments, double share, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        long start = Stopwatch.GetTimestamp();
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        TimeSpan used = default;
        try
        {
            used = SqueezeUntilEnd(process, start, share, cancellationToken);
        }
        finally
        {
            Stop(process);
        }

        return new SqueezedRun(process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult(), used / Stopwatch.GetElapsedTime(start));
    }

    /// <returns>What it has used, as it was seen last.</returns>
    private static TimeSpan SqueezeUntilEnd(Process process, long start, double share, CancellationToken cancellationToken)
    {
        var meter = new ProcessMeter(process.Id);
        TimeSpan used = default;
        bool isStopped = false;
        while (!process.WaitForExit(BetweenLooks) && !cancellationToken.IsCancellationRequested)
        {
            if (meter.CpuTime() is not { } now) continue;
            used = now;
            bool isOver = used > Stopwatch.GetElapsedTime(start) * share;
            if (isOver == isStopped) continue;
            _ = NativeCalls.Kill(process.Id, isOver ? NativeCalls.SignalStop : NativeCalls.SignalContinue);
            isStopped = isOver;
        }

        return used;
    }

    private static void Stop(Process process)
    {
        if (process.HasExited) return;
        _ = NativeCalls.Kill(process.Id, NativeCalls.SignalTerminate);
        _ = NativeCalls.Kill(process.Id, NativeCalls.SignalContinue);
        if (!process.WaitForExit(StopLimit)) process.Kill();
        process.WaitForExit();
    }
}

/// <summary>What a program left behind that had little of a processor.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Errors">What it wrote to its standard error.</param>
/// <param name="Share">The share of one processor that it had.</param>
internal sealed record SqueezedRun(int ExitCode, string Output, string Errors, double Share);
