using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Processes;

/// <summary>CPU time of threads: of the calling one CLOCK_THREAD_CPUTIME_ID, of others the clocks that pthread_getcpuclockid(3) names.</summary>
internal static class ThreadClock
{
    private const int ThreadCpuTime = 3;

    private const int OfOneThread = 6;

    public static long Nanoseconds => TryRead(ThreadCpuTime, out var nanoseconds) ? nanoseconds : throw new Win32Exception(Marshal.GetLastPInvokeError());

    /// <summary>CPU time, in nanoseconds, of each thread of this process whose name begins so; the kernel knows 15 characters of it.</summary>
    public static Dictionary<int, long> TimesOf(string names)
    {
        var times = new Dictionary<int, long>();
        foreach (var directory in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                if (!File.ReadAllText(Path.Combine(directory, "comm")).StartsWith(names, StringComparison.Ordinal)) continue;
            }
            catch (IOException)
            {
                // It has ended since the listing.
                continue;
            }
            var thread = int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);
            // The number of the clock is the thread's, inverted, above three bits that say of what it is a clock.
            if (TryRead(~thread << 3 | OfOneThread, out var nanoseconds)) times[thread] = nanoseconds;
        }
        return times;
    }

    /// <summary>What they have spent since. A thread that has ended meanwhile does not count: its time went with it.</summary>
    public static TimeSpan TimeSince(IReadOnlyDictionary<int, long> before, string names) =>
        TimeSpan.FromMicroseconds(TimesOf(names).Sum(now => now.Value - before.GetValueOrDefault(now.Key)) / 1000.0);

    private static bool TryRead(int clock, out long nanoseconds)
    {
        var isRead = NativeCalls.GetTime(clock, out var time) == 0;
        nanoseconds = time.Seconds * 1_000_000_000 + time.Nanoseconds;
        return isRead;
    }
}
