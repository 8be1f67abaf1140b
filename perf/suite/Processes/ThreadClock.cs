using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Processes;

/// <summary>CPU time of the calling thread: CLOCK_THREAD_CPUTIME_ID.</summary>
internal static class ThreadClock
{
    private const int ThreadCpuTime = 3;

    public static long Nanoseconds => NativeCalls.GetTime(ThreadCpuTime, out var time) == 0
        ? time.Seconds * 1_000_000_000 + time.Nanoseconds
        : throw new Win32Exception(Marshal.GetLastPInvokeError());
}
