using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Results;

/// <summary>Finds out what a report says of the machine.</summary>
public static class MachineProbe
{
    /// <summary>FastCore's version, without the commit.</summary>
    public static string Version => InformationalVersion.Split('+')[0];

    /// <summary>The machine as it is now.</summary>
    public static MachineInfo Look(string? pinning = null) => new()
    {
        Cpu = Cpu(),
        Cores = Environment.ProcessorCount,
        Kernel = File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : Environment.OSVersion.VersionString,
        Os = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription + (RuntimeFeature.IsDynamicCodeSupported ? "" : ", Native AOT"),
        Date = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        Version = Version,
        Commit = InformationalVersion.Split('+') is [_, var commit] ? commit : null,
        Dirty = IsDirty(),
        Pinning = pinning,
    };

    private static string InformationalVersion =>
        typeof(MachineProbe).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static string Cpu()
    {
        const string File = "/proc/cpuinfo";
        if (!System.IO.File.Exists(File)) return RuntimeInformation.ProcessArchitecture.ToString();
        var line = System.IO.File.ReadLines(File).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>Whether the tree that the program lies in differs from its last commit; null without a tree or git.</summary>
    private static bool? IsDirty()
    {
        var start = new ProcessStartInfo("git", ["-C", AppContext.BaseDirectory, "status", "--porcelain"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Length > 0 : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
