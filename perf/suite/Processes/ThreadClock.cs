using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Processes;

/// <summary>The calling thread's use of processors.</summary>
internal static class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>CPU time: CLOCK_THREAD_CPUTIME_ID.</summary>
    public static long Nanoseconds => NativeCalls.GetTime(ThreadCpuTime, out var time) == 0
        ? time.Seconds * 1_000_000_000 + time.Nanoseconds
        : throw new Win32Exception(Marshal.GetLastPInvokeError());

    /// <summary>How long it was ready to run and had no processor.</summary>
    public static long WaitNanoseconds => ProcessMeter.WaitOf("/proc/thread-self");
}
