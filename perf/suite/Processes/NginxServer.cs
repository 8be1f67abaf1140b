using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastCore.Perf.Processes;

/// <summary>
/// nginx beside us for files, where it is installed: one worker that sends by sendfile(2), with a configuration of its own in a
/// temporary folder, so that it touches no other nginx. The worker is what is measured; its master only waits.
/// </summary>
internal static class NginxServer
{
    public const string Name = "nginx";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    // Debian keeps it where only root's PATH leads.
    private static readonly string[] MoreFolders = ["/usr/sbin", "/usr/local/sbin"];

    /// <summary>It as a subject that serves a folder; null where it is not installed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="paths">What is asked for in it.</param>
    public static ServerSubject? Find(string folder, IReadOnlyList<string> paths)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(MoreFolders);
        var program = folders.Where(static candidate => candidate.Length > 0).Select(static candidate => Path.Combine(candidate, "nginx")).FirstOrDefault(File.Exists);
        if (program == null) return null;
        return new ServerSubject(Name, program, []) { MayRefuse = true, HasStats = false, Paths = paths, Launch = (subject, cpu) => Start(subject, cpu, folder) };
    }

    private static ServerProcess Start(ServerSubject subject, int cpu, string folder)
    {
        var own = Directory.CreateTempSubdirectory("fastcore-nginx-").FullName;
        Process? process = null;
        try
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
            File.WriteAllText($"{own}/nginx.conf", Configuration(own, folder, endPoint));
            var start = new ProcessStartInfo(subject.FileName, ["-p", own, "-c", $"{own}/nginx.conf", "-e", $"{own}/error.log"]) { RedirectStandardError = true };
            process = CpuPinning.StartOn([cpu], () => Process.Start(start)!);
            var errors = process.StandardError.ReadToEndAsync();
            var limit = Stopwatch.StartNew();
            int worker;
            while ((worker = WorkerOf(process.Id)) == 0 || !Answers(endPoint))
            {
                if (process.WaitForExit(BetweenLooks) || limit.Elapsed > StartLimit) throw new ServerStartException($"{Name} does not listen. It said: {Said(process, errors, own)}");
            }
            return new ServerProcess(process, cpu, endPoint, $"{Name} on {endPoint}", errors, worker) { Folder = own };
        }
        catch (Exception failure) when (failure is IOException or System.ComponentModel.Win32Exception or ServerStartException)
        {
            if (process is { HasExited: false }) process.Kill(entireProcessTree: true);
            process?.Dispose();
            Directory.Delete(own, recursive: true);
            throw failure as ServerStartException ?? new ServerStartException($"{Name}: {failure.Message}", failure);
        }
    }

    private static string Said(Process process, Task<string> errors, string own)
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        var log = $"{own}/error.log";
        return (errors.GetAwaiter().GetResult() + (File.Exists(log) ? File.ReadAllText(log) : "")).Trim().ReplaceLineEndings(" ");
    }

    // Started by root, its workers would be somebody else's, who may not look into the temporary folder.
    private static string Configuration(string own, string folder, IPEndPoint endPoint) => $$"""
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        daemon off;
        worker_processes 1;
        pid {{own}}/nginx.pid;
        events { worker_connections 16384; }
        http {
            access_log off;
            sendfile on;
            tcp_nopush on;
            keepalive_timeout 1h;
            keepalive_requests 1000000000;
            client_body_temp_path {{own}}/body;
            proxy_temp_path {{own}}/proxy;
            fastcgi_temp_path {{own}}/fastcgi;
            uwsgi_temp_path {{own}}/uwsgi;
            scgi_temp_path {{own}}/scgi;
            server {
                listen {{endPoint}} backlog=4096;
                root {{folder}};
            }
        }

        """;

    // It takes a port by its number only. Nobody else is likely to take this one in the moment between.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Answers(IPEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The first child of a process; zero if there is none yet.</summary>
    private static int WorkerOf(int master)
    {
        var list = $"/proc/{master}/task/{master}/children";
        if (!File.Exists(list)) return 0;
        var children = File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return children.Length == 0 ? 0 : int.Parse(children[0], CultureInfo.InvariantCulture);
    }
}
