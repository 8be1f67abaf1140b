using System.Globalization;

namespace FastCore.Cli.Doctor;

/// <summary>The CPU time that control groups allow this process: the tightest limit from its own group up to the root, in cores.</summary>
internal static class CpuQuota
{
    /// <param name="Cores">The limit; null if there is none.</param>
    /// <param name="Version">The hierarchy: 1 or 2; null if no group could be read.</param>
    internal readonly record struct Limit(double? Cores, int? Version);

    /// <param name="membership">The file that says which groups the process is in: <c>/proc/self/cgroup</c>.</param>
    /// <param name="root">Where the groups are mounted: <c>/sys/fs/cgroup</c>.</param>
    public static Limit Read(string membership, string root)
    {
        foreach (var line in ProcFile.Read(membership)?.Split('\n') ?? [])
        {
            // hierarchy:controllers:path (cgroups(7)); the unified one has number 0 and no list.
            if (line.Split(':', 3) is not [var hierarchy, var controllers, var path]) continue;
            if (controllers.Split(',').Contains("cpu")) return new Limit(Tightest(MountOf(root, controllers), path, FirstVersion), 1);
            if (hierarchy == "0" && controllers.Length == 0 && File.Exists(Path.Combine(root, "cgroup.controllers"))) return new Limit(Tightest(root, path, SecondVersion), 2);
        }
        return default;
    }

    private static string MountOf(string root, string controllers) =>
        Directory.Exists(Path.Combine(root, controllers)) ? Path.Combine(root, controllers) : Path.Combine(root, "cpu");

    private static double? Tightest(string mount, string path, Func<string, double?> read)
    {
        double? tightest = null;
        // In a container the path may be the host's and not be mounted here: those folders are absent and limit nothing we can read.
        for (var group = path.Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
        {
            if (read(Path.Combine(mount, group)) is { } cores) tightest = Math.Min(tightest ?? cores, cores);
            if (group.Length == 0) return tightest;
        }
    }

    private static double? SecondVersion(string folder) =>
        ProcFile.Read(Path.Combine(folder, "cpu.max"))?.Split(' ') is [var quota, var period] && quota != "max" ? Ratio(quota, period) : null;

    private static double? FirstVersion(string folder) =>
        ProcFile.Read(Path.Combine(folder, "cpu.cfs_quota_us")) is { } quota && !quota.StartsWith('-')
            && ProcFile.Read(Path.Combine(folder, "cpu.cfs_period_us")) is { } period ? Ratio(quota, period) : null;

    private static double? Ratio(string quota, string period) =>
        double.TryParse(quota, NumberStyles.None, CultureInfo.InvariantCulture, out var used) && double.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var of) && of > 0 ? used / of : null;
}
