using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Processes;

/// <summary>How many descriptors a process may hold: RLIMIT_NOFILE.</summary>
public static class DescriptorLimit
{
    /// <summary>Raises the soft limit as far as the hard one allows and returns it; processes started later inherit it.</summary>
    public static long Raise()
    {
        if (NativeCalls.GetLimit(NativeCalls.ResourceOpenFiles, out var limit) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        if (limit.Soft < limit.Hard)
        {
            var raised = limit with { Soft = limit.Hard };
            if (NativeCalls.SetLimit(NativeCalls.ResourceOpenFiles, in raised) == 0) limit = raised;
        }
        return (long)Math.Min(limit.Soft, long.MaxValue);
    }
}
