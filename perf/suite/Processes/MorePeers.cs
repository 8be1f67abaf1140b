namespace FastCore.Perf.Processes;

/// <summary>
/// Servers that are no part of .NET, to be measured in the same run as ours and Kestrel: they say how far it is to the
/// floor. Each answers a few requests only.
/// </summary>
public static class MorePeers
{
    private static readonly (string Name, string Program, string[] Paths)[] Built =
    [
        ("uring-responder", "uring-responder", ["/plaintext"]),
        ("fasthttp", "fasthttp-peer", ["/plaintext", "/json"]),
    ];

    /// <summary>What to do where one is missing.</summary>
    public const string Hint = "./run http --beside NAME builds it into the folder 'peers' beside fastcore; nginx is the package of that name";

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => [.. Built.Select(static peer => peer.Name), NginxServer.Name];

    /// <summary>The peer of a name, or null where its program is not there.</summary>
    /// <param name="executable">The <c>fastcore</c> program; peers that are built are looked for in <c>peers</c> beside it.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">The files to serve.</param>
    /// <param name="files">The paths of these files.</param>
    public static ServerSubject? Find(string executable, string name, string folder, IReadOnlyList<string> files)
    {
        if (name == NginxServer.Name) return NginxServer.Find(folder, files);
        var (_, program, paths) = Built.First(known => known.Name == name);
        var path = Path.Combine(Path.GetDirectoryName(executable) ?? ".", "peers", program);
        return File.Exists(path) ? new ServerSubject(name, path, []) { MayRefuse = true, HasStats = false, Paths = paths } : null;
    }
}
