using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Processes;

/// <summary>What a process has used up to one moment.</summary>
/// <param name="Timestamp">When, by <see cref="Stopwatch.GetTimestamp"/>.</param>
/// <param name="CpuNanoseconds">CPU time of all its threads, ended ones included, to 100 ns.</param>
/// <param name="UserTicks">The part in user mode, in ticks of the kernel's clock: sampled, so coarse.</param>
/// <param name="SystemTicks">The part in the kernel, likewise.</param>
/// <param name="ContextSwitches">Switches of its living threads, wanted and unwanted.</param>
public readonly record struct ProcessSample(long Timestamp, long CpuNanoseconds, long UserTicks, long SystemTicks, long ContextSwitches)
{
    /// <summary>What was used between <paramref name="earlier"/> and this.</summary>
    public ProcessSample Since(in ProcessSample earlier) => new(
        Timestamp - earlier.Timestamp,
        CpuNanoseconds - earlier.CpuNanoseconds,
        UserTicks - earlier.UserTicks,
        SystemTicks - earlier.SystemTicks,
        ContextSwitches - earlier.ContextSwitches);
}

/// <summary>
/// Measures a process from outside. CPU time comes from the process's own clock (clock_getcpuclockid(3)), in nanoseconds;
/// how it splits into user and system only the sampled ticks of <c>/proc/PID/stat</c> tell.
/// </summary>
public sealed class ProcessMeter(int processId)
{
    private readonly string _directory = $"/proc/{processId}";

    // The clock of all threads of a process, scheduler's precision: include/linux/posix-timers.h, CPUCLOCK_SCHED.
    private readonly int _clock = ~processId << 3 | 2;

    /// <summary>What the process has used until now.</summary>
    /// <exception cref="Win32Exception">The process has ended.</exception>
    public ProcessSample Sample()
    {
        if (CpuTime() is not { } used) throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Process {processId} has ended.");
        var timestamp = Stopwatch.GetTimestamp();
        var (user, system) = Ticks();
        return new ProcessSample(timestamp, (long)used.TotalNanoseconds, user, system, ContextSwitches());
    }

    /// <summary>The CPU time of all its threads until now, ended ones included, to 100 ns; null when the process has ended.</summary>
    public TimeSpan? CpuTime() => NativeCalls.GetTime(_clock, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : null;

    /// <summary>The largest resident set since the start or the last <see cref="ResetPeak"/>, in KiB.</summary>
    public long PeakResidentKib() => Field("status", "VmHWM:");

    /// <summary>The resident set now, in bytes, counted page by page: the counters in <c>status</c> lag behind.</summary>
    public long ResidentBytes() => Field("smaps_rollup", "Rss:") * 1024;

    /// <summary>Begins a new peak; false where the kernel does not let us.</summary>
    public bool ResetPeak()
    {
        try
        {
            File.WriteAllText($"{_directory}/clear_refs", "5");
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private (long User, long System) Ticks()
    {
        var stat = File.ReadAllText($"{_directory}/stat");
        // The name in parentheses may hold spaces; the fields count from behind it (proc_pid_stat(5): utime is 14, stime 15).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture), long.Parse(fields[12], CultureInfo.InvariantCulture));
    }

    private long ContextSwitches()
    {
        var sum = 0L;
        foreach (var thread in Directory.EnumerateDirectories($"{_directory}/task"))
        {
            try
            {
                foreach (var line in File.ReadLines($"{thread}/status"))
                {
                    if (line.Contains("ctxt_switches:", StringComparison.Ordinal)) sum += long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim(), CultureInfo.InvariantCulture);
                }
            }
            catch (IOException) when (!Directory.Exists(thread))
            {
                // It ended since the listing; what it switched goes uncounted, as the sample says.
            }
        }
        return sum;
    }

    private long Field(string file, string name)
    {
        foreach (var line in File.ReadLines($"{_directory}/{file}"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
        }
        throw new InvalidOperationException($"{_directory}/{file} has no {name}");
    }
}
