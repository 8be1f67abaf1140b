using System.Diagnostics;
using System.Globalization;

namespace FastCore.Perf.Processes;

/// <summary>How much of a stretch of time a processor was idle, so that what others took of it can be told.</summary>
internal readonly struct ProcessorTime
{
    // /proc/stat counts in ticks of 10 ms whatever the kernel's own clock does (USER_HZ).
    private const double SecondsPerTick = 0.01;

    private readonly int _cpu;
    private readonly long _start;
    private readonly long _idleTicks;

    private ProcessorTime(int cpu) => (_cpu, _start, _idleTicks) = (cpu, Stopwatch.GetTimestamp(), IdleTicks(cpu));

    /// <summary>Begins a stretch.</summary>
    public static ProcessorTime Begin(int cpu) => new(cpu);

    /// <summary>The share of the stretch until now in which the processor did neither nothing nor what used <paramref name="busy"/> of it: other processes, interrupts, the hypervisor.</summary>
    public double TakenByOthers(double busy)
    {
        var idle = (IdleTicks(_cpu) - _idleTicks) * SecondsPerTick / Stopwatch.GetElapsedTime(_start).TotalSeconds;
        return Math.Clamp(1 - idle - busy, 0, 1);
    }

    private static long IdleTicks(int cpu)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"cpu{cpu} ");
        foreach (var line in File.ReadLines("/proc/stat"))
        {
            // user nice system idle iowait … (proc_stat(5))
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Split(' ') is [_, _, _, _, var idle, var waiting, ..])
                return long.Parse(idle, CultureInfo.InvariantCulture) + long.Parse(waiting, CultureInfo.InvariantCulture);
        }
        throw new InvalidOperationException($"/proc/stat has no processor {cpu}.");
    }
}
