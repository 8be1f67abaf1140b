using System.Globalization;
using System.Net;

namespace FastCore.Cli.Serving;

/// <summary>The process that listens where this one would.</summary>
/// <param name="Process">Its number.</param>
/// <param name="Name">What it is called.</param>
/// <param name="IsSame">It is this program, maybe an older one.</param>
internal sealed record SocketHolder(int Process, string Name, bool IsSame)
{
    private const string Listens = "0A";
    private const string IsDeleted = " (deleted)";

    /// <summary>Asks /proc who listens on an address; null if that can't be seen, as it can't of another user's process.</summary>
    public static SocketHolder? Find(EndPoint endPoint)
    {
        try
        {
            var inodes = endPoint is IPEndPoint address ? [.. Internet("/proc/net/tcp", address), .. Internet("/proc/net/tcp6", address)] : Unix(endPoint.ToString()!);
            var links = inodes.Select(static inode => $"socket:[{inode}]").ToHashSet();
            if (links.Count == 0) return null;
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) && Holds(folder, links))
                    return new SocketHolder(process, File.ReadAllText($"{folder}/comm").TrimEnd(), ProgramOf(folder) == Path.GetFileName(Environment.ProcessPath));
            }
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // There is no /proc here, or the process has ended meanwhile.
        }
        return null;
    }

    private static bool Holds(string folder, HashSet<string> links)
    {
        try
        {
            return new DirectoryInfo($"{folder}/fd").EnumerateFileSystemInfos().Any(descriptor => descriptor.LinkTarget is { } target && links.Contains(target));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // Another user's, or one that has ended.
            return false;
        }
    }

    // One that was replaced while it runs is still called as it was.
    private static string ProgramOf(string folder)
    {
        var target = new FileInfo($"{folder}/exe").LinkTarget ?? "";
        return Path.GetFileName(target.EndsWith(IsDeleted, StringComparison.Ordinal) ? target[..^IsDeleted.Length] : target);
    }

    // sl, local address, remote address, state, queues, timer, retransmissions, user, timeout, inode
    private static IEnumerable<string> Internet(string table, IPEndPoint wanted) =>
        from line in File.Exists(table) ? File.ReadLines(table).Skip(1) : []
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where words.Length > 9 && words[3] == Listens && Overlap(words[1], wanted)
        select words[9];

    private static bool Overlap(string local, IPEndPoint wanted)
    {
        var colon = local.IndexOf(':');
        if (int.Parse(local.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture) != wanted.Port) return false;
        // In words of the processor's order.
        var bytes = Convert.FromHexString(local.AsSpan(0, colon));
        for (var i = 0; i < bytes.Length && BitConverter.IsLittleEndian; i += sizeof(uint)) bytes.AsSpan(i, sizeof(uint)).Reverse();
        var address = new IPAddress(bytes);
        return address.Equals(wanted.Address) || IsAny(address) || IsAny(wanted.Address);
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    // number, references, protocol, flags, type, state, inode, path
    private static IEnumerable<string> Unix(string path) =>
        from line in File.ReadLines("/proc/net/unix").Skip(1)
        let words = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries)
        where words.Length == 8 && words[7] == path
        select words[6];
}
