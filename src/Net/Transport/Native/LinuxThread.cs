using System.Runtime.InteropServices;

namespace FastCore.Net.Transport.Native;

/// <summary>Where the calling thread may run: sched_setaffinity(2).</summary>
internal static unsafe class LinuxThread
{
    private const int MaskWords = 16;

    /// <summary>Keeps the calling thread on one processor.</summary>
    /// <exception cref="InvalidOperationException">There is no such processor, or this process may not use it.</exception>
    public static void Pin(int cpu)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("Threads can be pinned to a processor on Linux only.");
        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[cpu / 64] = 1UL << (cpu % 64);
        if (LibC.SetAffinity(0, MaskWords * sizeof(ulong), mask) == 0) return;
        var error = Marshal.GetLastPInvokeError();
        throw new InvalidOperationException($"Can't run on processor {cpu}: sched_setaffinity says {Errno.Name(error)}. See which ones this process may use with `taskset -cp $$`.");
    }
}
