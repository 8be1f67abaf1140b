using System.Net;

namespace FastCore.Perf.Processes;

/// <summary>A program that answers the demo requests and can be measured.</summary>
/// <param name="Name">As reports name it.</param>
/// <param name="FileName">The executable.</param>
/// <param name="Arguments">Its arguments; it must print <c>listening on http://ADDRESS:PORT</c> when it accepts connections.</param>
public sealed record ServerSubject(string Name, string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>The name of Kestrel's peer program as a subject.</summary>
    public const string Kestrel = "kestrel-aot";

    /// <summary>The environment variable that names Kestrel's peer program where it does not lie beside FastCore's.</summary>
    public const string KestrelVariable = "FASTCORE_KESTREL_PEER";

    /// <summary>What to do where there is no peer program.</summary>
    public const string KestrelHint = $"publish perf/peers/kestrel into the folder 'peers' beside fastcore, as ./run does, or name the program in {KestrelVariable}";

    /// <summary>Whom its figures are divided by.</summary>
    public string Reference { get; init; } = Kestrel;

    /// <summary>What its environment says beside the bench's own. Both sides have the collector of one core, unless it is that which is measured.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string> { ["DOTNET_gcServer"] = "0" };

    /// <summary>The processors that its process may use; null for the server's alone.</summary>
    public IReadOnlyList<int>? Processors { get; init; }

    /// <summary>Whether it may refuse to start, which then is a finding about it.</summary>
    public bool MayRefuse { get; init; }

    /// <summary>Whether its <c>/stats</c> says what its collector has handed out.</summary>
    public bool HasStats { get; init; } = true;

    /// <summary>The requests that it answers; null for all.</summary>
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>Starts it on a processor where it does not say by itself that it listens; null if it does.</summary>
    internal Func<ServerSubject, int, ServerProcess>? Launch { get; init; }

    /// <summary>Makes what is asked of it in each round beside its load; null for nothing.</summary>
    internal Func<IPEndPoint, IServerGauge>? Gauge { get; init; }

    /// <summary>Our server on one transport, in <paramref name="executable"/>, the <c>fastcore</c> program.</summary>
    public static ServerSubject FastCore(string executable, string transport, int cpu) => new(
        $"fastcore/{transport}",
        executable,
        ["serve", "--demo", "--port", "0", "--address", "127.0.0.1", "--transport", transport, "--cpus", $"{cpu}"]);

    /// <summary>Whether it answers the request for <paramref name="path"/>.</summary>
    public bool Answers(string path) => Paths?.Contains(path) ?? true;

    /// <summary>The same serving the files of a folder, too.</summary>
    public ServerSubject Serving(string folder) => this with { Arguments = [.. Arguments, .. Name == Kestrel ? ["--files", folder] : (string[])[folder]] };

    /// <summary>The same recording its trace, to be compared with itself without.</summary>
    public ServerSubject Traced() => new($"{Name}/traced", FileName, [.. Arguments, "--trace", "/dev/null"]) { Reference = Name };

    /// <summary>Kestrel's peer program, or null where there is none.</summary>
    /// <param name="executable">The <c>fastcore</c> program; the peer is looked for in <c>peers</c> beside it.</param>
    public static ServerSubject? FindKestrel(string executable)
    {
        var named = System.Environment.GetEnvironmentVariable(KestrelVariable);
        var path = string.IsNullOrEmpty(named) ? Path.Combine(Path.GetDirectoryName(executable) ?? ".", "peers", "kestrel-peer") : named;
        return File.Exists(path) ? new ServerSubject(Kestrel, path, ["--address", "127.0.0.1", "--port", "0"]) { MayRefuse = true } : null;
    }
}
