using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Processes;

/// <summary>Which processors threads may use: sched_setaffinity(2).</summary>
public static class CpuPinning
{
    private const int MaskWords = CpuList.Maximum / 64;

    /// <summary>The processors that the calling thread may use.</summary>
    public static int[] Allowed()
    {
        Span<ulong> mask = stackalloc ulong[MaskWords];
        mask.Clear();
        if (NativeCalls.GetAffinity(0, MaskWords * sizeof(ulong), mask) < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        var cpus = new List<int>();
        for (var cpu = 0; cpu < CpuList.Maximum; cpu++)
        {
            if ((mask[cpu / 64] >> (cpu % 64) & 1) != 0) cpus.Add(cpu);
        }
        return [.. cpus];
    }

    /// <summary>Places every thread that this process has now; threads started later inherit from the one that starts them.</summary>
    public static void PinProcess(IReadOnlyList<int> cpus)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc/self/task"))
        {
            var thread = int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);
            // A thread that ended since the listing needs no place.
            if (!TrySet(thread, cpus, out var error) && Directory.Exists(directory)) throw Refused(cpus, error);
        }
    }

    /// <summary>Places the calling thread for the rest of its life.</summary>
    public static void PinThread(int cpu)
    {
        if (!TrySet(0, [cpu], out var error)) throw Refused([cpu], error);
    }

    /// <summary>
    /// Runs <paramref name="start"/> with the calling thread placed on <paramref name="cpus"/>: a process that it starts
    /// inherits the place and has it from its first instruction on, so its runtime counts only these processors.
    /// </summary>
    public static T StartOn<T>(IReadOnlyList<int> cpus, Func<T> start)
    {
        var before = Allowed();
        if (!TrySet(0, cpus, out var error)) throw Refused(cpus, error);
        try
        {
            return start();
        }
        finally
        {
            TrySet(0, before, out _);
        }
    }

    /// <summary>The processors that share a core with <paramref name="cpu"/> (SMT), itself included; only itself where the kernel does not say.</summary>
    public static int[] Siblings(int cpu)
    {
        var file = $"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list";
        return File.Exists(file) && CpuList.TryParse(File.ReadAllText(file).Trim(), out var siblings, out _) ? siblings : [cpu];
    }

    private static bool TrySet(int thread, IReadOnlyList<int> cpus, out int error)
    {
        Span<ulong> mask = stackalloc ulong[MaskWords];
        mask.Clear();
        foreach (var cpu in cpus) mask[cpu / 64] |= 1UL << (cpu % 64);
        var result = NativeCalls.SetAffinity(thread, MaskWords * sizeof(ulong), mask);
        error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        return result == 0;
    }

    private static Win32Exception Refused(IReadOnlyList<int> cpus, int error) =>
        new(error, $"Can't run on processors {CpuList.Format(cpus)}: {Marshal.GetPInvokeErrorMessage(error)}. This process may use {CpuList.Format(Allowed())}.");
}
