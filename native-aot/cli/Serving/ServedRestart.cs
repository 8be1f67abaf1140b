using System.CommandLine;
using System.Net.Sockets;
using FastCore.Net.Hosting;
using FastCore.Net.Http;

namespace FastCore.Cli.Serving;

/// <summary>How <c>fastcore serve</c> follows on a process of the same kind, and is followed by one; and what systemd hears of it.</summary>
internal sealed class ServedRestart : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly string? _path;
    private readonly SocketTaker? _taker;
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SocketGiver? _giver;

    private ServedRestart(string? path, SocketTaker? taker, IReadOnlyList<InheritedSocket> passed)
    {
        _path = path;
        _taker = taker;
        Passed = passed;
    }

    /// <summary>Sockets of the service manager.</summary>
    public IReadOnlyList<InheritedSocket> Passed { get; }

    /// <summary>Sockets of the process before this.</summary>
    public IReadOnlyList<InheritedSocket> Taken => _taker?.Sockets ?? [];

    /// <summary>There is a process before this, which offers its sockets.</summary>
    public bool HasPredecessor => _taker != null;

    /// <summary>Ends when another process has taken the sockets.</summary>
    public Task WhenTaken => _taken.Task;

    public static Option<string?> Option() => new("--hand-over")
    {
        Description = "restart without a refused connection: take the sockets of the process that was started with the same PATH, have it end when this one serves, and offer them there to the next. The path is a Unix socket for this user alone",
        HelpName = "PATH",
    };

    /// <summary>Takes what there is to be taken; null, with a sentence on the standard error, if that fails.</summary>
    public static ServedRestart? Begin(string? path)
    {
        try
        {
            return new ServedRestart(path, path == null ? null : SocketTaker.Connect(path), SystemdSockets.Take());
        }
        catch (Exception refused) when (refused is SocketException or InvalidOperationException or ArgumentException or PlatformNotSupportedException)
        {
            Console.Error.WriteLine($"fastcore: {refused.Message}");
            return null;
        }
    }

    /// <summary>The server has started.</summary>
    /// <exception cref="SocketException">The process before this does not let go, or the path can't be had.</exception>
    public void Serving(HttpServer server)
    {
        _taker?.Finish(server);
        if (_path != null) _giver = SocketGiver.Start(_path, server, _taken.SetResult);
        Tell(() => SystemdNotifier.Ready(isMain: _taker != null));
    }

    /// <summary>Ends the server in the way that fits.</summary>
    public async Task StopAsync(HttpServer server, TimeSpan limit)
    {
        if (WhenTaken.IsCompleted)
        {
            await server.RetireAsync(Grace, limit);
            return;
        }
        Tell(SystemdNotifier.Stopping);
        _giver?.Dispose();
        await server.StopAsync(limit);
    }

    /// <summary>Reads something again, and says so.</summary>
    public static void Reload(Action reload)
    {
        Tell(SystemdNotifier.Reloading);
        reload();
        Tell(() => SystemdNotifier.Ready());
    }

    public void Dispose()
    {
        _giver?.Dispose();
        _taker?.Dispose();
        foreach (var socket in Passed) socket.Dispose();
    }

    private static void Tell(Func<bool> notify)
    {
        try
        {
            notify();
        }
        catch (SocketException refused)
        {
            Console.Error.WriteLine($"fastcore: the service manager could not be told: {refused.Message}");
        }
    }
}
