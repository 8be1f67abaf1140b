namespace FastCore.Net.Tests.Transport;

/// <summary>The descriptors this process holds, for leak audits. Empty where there is no /proc.</summary>
internal static class OpenDescriptors
{
    private const string Directory = "/proc/self/fd";

    /// <summary>Sockets, rings, event and epoll descriptors, by number; other files belong to the runtime and the test host.</summary>
    public static Dictionary<string, string> Take()
    {
        var found = new Dictionary<string, string>();
        if (!OperatingSystem.IsLinux()) return found;
        foreach (var entry in new DirectoryInfo(Directory).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is { } target && (target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("anon_inode:", StringComparison.Ordinal)))
                found[entry.Name] = target;
        }
        return found;
    }

    /// <summary>Those open now that were not in <paramref name="before"/>.</summary>
    public static string[] Since(Dictionary<string, string> before) =>
        [.. Take().Where(now => !before.TryGetValue(now.Key, out var then) || then != now.Value).Select(now => $"{now.Key} → {now.Value}")];
}
