using System.Globalization;
using FastCore.Perf.Processes;

namespace FastCore.Cli.Doctor;

/// <summary>The kernel, the processors and the limits of this process.</summary>
internal static class MachineChecks
{
    private static readonly Version WantedKernel = new(6, 1);
    private const long WantedDescriptors = 65_536;
    private const long WantedLockedBytes = 8 << 20;
    private const long WantedBacklog = 4096;

    public static IEnumerable<Finding> Run() => [Kernel(), Cores(), Quota(), Descriptors(), LockedMemory(), Backlog(), ClockSource()];

    private static Finding Kernel()
    {
        var release = ProcFile.Read("/proc/sys/kernel/osrelease") ?? Environment.OSVersion.VersionString;
        var isNew = Version.TryParse(string.Join('.', release.Split('.', '-').Take(2)), out var version) && version >= WantedKernel;
        return new Finding("kernel", release, $"{WantedKernel} or later", isNew ? Verdict.Good : Verdict.Weak, isNew ? null : "update the kernel; what an older one lacks is left out");
    }

    private static Finding Cores()
    {
        var allowed = CpuPinning.Allowed();
        return allowed.Length > 1
            ? new Finding("cores", $"{allowed.Length} ({CpuList.Format(allowed)})", "2 or more", Verdict.Good, null)
            : new Finding("cores", $"1 ({CpuList.Format(allowed)})", "2 or more", Verdict.Weak, "give the process more processors (taskset, --cpuset-cpus); a bench can't part server and load on one");
    }

    private static Finding Quota()
    {
        var limit = CpuQuota.Read("/proc/self/cgroup", "/sys/fs/cgroup");
        var cores = CpuPinning.Allowed().Length;
        if (limit.Version == null) return new Finding("CPU quota", "no control group that limits CPU can be read", "none", Verdict.Good, null);
        if (limit.Cores is not { } quota) return new Finding("CPU quota", $"none (cgroup v{limit.Version})", "none", Verdict.Good, null);
        var found = string.Create(CultureInfo.InvariantCulture, $"{quota:0.##} cores (cgroup v{limit.Version})");
        return quota >= cores
            ? new Finding("CPU quota", found, "none", Verdict.Good, null)
            : new Finding("CPU quota", found, $"none, or {cores} cores", Verdict.Weak, "raise it (docker run --cpus, resources.limits.cpu), or run no more reactors than it covers: serve --cpus; a reactor that is throttled answers nobody");
    }

    private static Finding Descriptors()
    {
        var (soft, hard) = Limit("Max open files");
        var isEnough = soft >= WantedDescriptors;
        return new Finding("open files", $"{Text(soft)} (hard limit {Text(hard)})", $"{WantedDescriptors} or more", isEnough ? Verdict.Good : Verdict.Weak,
            isEnough ? null : $"ulimit -n {WantedDescriptors}; LimitNOFILE={WantedDescriptors} in a systemd unit; docker run --ulimit nofile={WantedDescriptors}");
    }

    private static Finding LockedMemory()
    {
        var (soft, _) = Limit("Max locked memory");
        var isEnough = soft >= WantedLockedBytes;
        return new Finding("locked memory", soft == long.MaxValue ? "unlimited" : $"{soft >> 10} KiB", $"{WantedLockedBytes >> 10} KiB or more", isEnough ? Verdict.Good : Verdict.Weak,
            isEnough ? null : "ulimit -l unlimited; LimitMEMLOCK=infinity in a systemd unit; docker run --ulimit memlock=-1");
    }

    private static Finding Backlog()
    {
        if (ProcFile.Number("/proc/sys/net/core/somaxconn") is not { } backlog) return new Finding("net.core.somaxconn", "can't be read", $"{WantedBacklog} or more", Verdict.Good, null);
        var isEnough = backlog >= WantedBacklog;
        return new Finding("net.core.somaxconn", Text(backlog), $"{WantedBacklog} or more", isEnough ? Verdict.Good : Verdict.Weak, isEnough ? null : $"sysctl -w net.core.somaxconn={WantedBacklog}; bursts of connections are refused beyond it");
    }

    private static Finding ClockSource()
    {
        var source = ProcFile.Read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        // These are read without entering the kernel.
        var isFast = source is null or "tsc" or "kvm-clock" or "hyperv_clocksource_tsc_page" or "arch_sys_counter";
        return new Finding("clock source", source ?? "can't be read", "tsc or a paravirtual clock", isFast ? Verdict.Good : Verdict.Weak, isFast ? null : "every reading of the clock is a system call; see the kernel's log for why tsc was refused");
    }

    private static (long Soft, long Hard) Limit(string name)
    {
        var fields = ProcFile.Field("/proc/self/limits", name)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields is [var soft, var hard, ..] ? (Parse(soft), Parse(hard)) : (long.MaxValue, long.MaxValue);
    }

    private static long Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;

    private static string Text(long value) => value == long.MaxValue ? "unlimited" : value.ToString(CultureInfo.InvariantCulture);
}
