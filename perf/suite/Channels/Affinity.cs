using System.Runtime.InteropServices;

namespace FastCore.Perf.Channels;

/// <summary>Which processors a thread may run on.</summary>
internal static partial class Affinity
{
    /// <summary>Bits for 4096 processors, more than any kernel is built for.</summary>
    private const int Words = 64;

    /// <summary>The processors that this process may use, in order; empty where the system can't tell.</summary>
    internal static int[] Allowed { get; } = ReadAllowed();

    /// <summary>Binds the calling thread to one processor for the rest of its life. False: it stays where it is.</summary>
    internal static bool TryPin(int processor)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var mask = new ulong[Words];
        mask[processor / 64] = 1UL << (processor % 64);
        return SetAffinity(0, Words * sizeof(ulong), mask) == 0;
    }

    private static int[] ReadAllowed()
    {
        if (!OperatingSystem.IsLinux()) return [];
        var mask = new ulong[Words];
        if (GetAffinity(0, Words * sizeof(ulong), mask) < 0) return [];
        return [.. Enumerable.Range(0, Words * 64).Where(processor => (mask[processor / 64] >> (processor % 64) & 1) != 0)];
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint size, [In] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint size, [In, Out] ulong[] mask);
}
