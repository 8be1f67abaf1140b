using System.Text.Json;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore top</c> beside <c>fastcore serve --control</c>.</summary>
internal sealed class TopTests
{
    private string _folder = null!;
    private string _socket = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-top-").FullName;
        _socket = Path.Combine(_folder, "control");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_busy_handler_is_named_in_a_snapshot_for_scripts()
    {
        using var server = Start("--trace", Path.Combine(_folder, "trace.json"));
        using var client = FastCoreProgram.Start(FastCoreProgram.Installed("curl"), ["-s", $"{server.Address}/compute/60000"], []);
        var seen = SpinWait.SpinUntil(
            () =>
            {
                using var snapshot = Snapshot();
                return Workers(snapshot).Any(worker => worker.GetProperty("item").GetString() is { } item && item.Contains("DemoApplication.Compute", StringComparison.Ordinal))
                    && snapshot.RootElement.GetProperty("tasks").EnumerateArray().Any(task => task.GetProperty("running").GetInt32() == 1)
                    && Warnings(snapshot).Any(warning => warning.Contains("DemoApplication.Compute", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(30));
        Assert.That(seen, "The handler runs for a minute, and top sees it.");
        client.Kill();
        client.WaitForExit();
    }

    [Test]
    public void People_get_tables()
    {
        using var server = Start();
        var result = FastCoreProgram.Run("top", "--attach", _socket, "--once");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        foreach (var word in (string[])["threads", "busy", "idle", "http-0", "workers", "reactors", "connections"]) Assert.That(result.Output, Does.Contain(word));
    }

    [Test]
    public void The_socket_goes_with_the_server()
    {
        using var server = Start();
        Assert.That(Path.Exists(_socket));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        Assert.That(Path.Exists(_socket), Is.False);
        var result = FastCoreProgram.Run("top", "--attach", _socket, "--once");
        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(result.Error, Is.EqualTo("fastcore: there is no such socket. Give the path that the process was given with --control.\n"));
    }

    [Test]
    public void A_path_that_is_taken_is_refused()
    {
        File.WriteAllText(_socket, "mine");
        var result = FastCoreProgram.Run("serve", "--demo", "--port", "0", "--control", _socket);
        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(result.Error, Does.StartWith("fastcore: --control: ").And.Contain("no socket"));
        Assert.That(File.ReadAllText(_socket), Is.EqualTo("mine"));
    }

    private RunningServer Start(params string[] arguments) => new(["--cpus", "0", "--control", _socket, .. arguments]);

    private JsonDocument Snapshot()
    {
        var result = FastCoreProgram.Run("top", "--attach", _socket, "--once", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return JsonDocument.Parse(result.Output);
    }

    private static IEnumerable<JsonElement> Workers(JsonDocument snapshot) => snapshot.RootElement.GetProperty("schedulers").EnumerateArray().SelectMany(scheduler => scheduler.GetProperty("workers").EnumerateArray());

    private static IEnumerable<string> Warnings(JsonDocument snapshot) => snapshot.RootElement.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!);
}
