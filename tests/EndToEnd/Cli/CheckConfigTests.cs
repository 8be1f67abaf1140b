using System.Net;
using System.Net.Sockets;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore serve --check-config</c> tries what a start would do, and serves nobody.</summary>
[Platform("Linux")]
internal sealed class CheckConfigTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-check-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_good_configuration_leaves_nothing_behind()
    {
        File.WriteAllText(Path.Combine(_folder, "serve.json"), """{ "port": 0, /* and */ "listen": ["unix:http.sock"], "access-log": "access.log", "control": "control.sock", "trace": "trace.html" }""");
        Assert.That(Check("--config", "serve.json", "."), Is.EqualTo(new Finished(0, "fastcore: the configuration is good\n", "")));
        Assert.That(Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName), Is.EqualTo(new[] { "serve.json" }));
    }

    [Test]
    public void Each_fault_has_its_line()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        File.WriteAllText(Path.Combine(_folder, "bad.pem"), "-----BEGIN nonsense");
        var result = Check("none", "--listen", $"{other.LocalEndPoint}", "--listen", "[::1]:0", "--listen", "unix:none/http", "--tls-cert", "bad.pem", "--access-log", "none/log", "--trace", "none/trace", "--trace-out", "bad.pem", "--hand-over", "none/offer");
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        var lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.All.StartsWith("fastcore: "));
        Assert.That(lines, Has.Length.EqualTo(8), result.Error);
        foreach (var part in (string[])["There is no folder none", $"{other.LocalEndPoint} is in use by process {Environment.ProcessId} (", "Can't listen on none/http", "--access-log: ", "--trace: ", "--trace-out: bad.pem is no folder", "Can't listen on none/offer"])
            Assert.That(lines, Has.One.Contains(part));
    }

    [Test]
    public void An_address_that_is_named_twice_is_one_too_many()
    {
        // One that was free a moment ago, which the first of the two then has.
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = $"{probe.LocalEndPoint}";
        probe.Dispose();
        var result = Check("--demo", "--listen", address, "--listen", address);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain(address).And.Contain("in use"));
    }

    [Test]
    public void That_it_serves_already_is_no_fault()
    {
        var (unix, offer) = ($"unix:{Path.Combine(_folder, "http")}", Path.Combine(_folder, "offer"));
        using var server = new RunningServer(FastCoreProgram.Executable, ["serve", "--demo", "--listen", unix, "--hand-over", offer]);
        var address = $"unix:{Path.Combine(_folder, "http")}"[5..];
        var held = Check("--demo", "--listen", unix);
        Assert.That((held.ExitCode, held.Error), Is.EqualTo((0, "")));
        Assert.That(held.Output, Does.Match($"^{address} is held by process \\d+, which is .* too; it has to end before this can serve there.\nfastcore: the configuration is good\n$"));
        var handedOver = Check("--demo", "--listen", unix, "--hand-over", offer);
        Assert.That(handedOver, Is.EqualTo(new Finished(0, $"{address} is held by the process before this, which hands it over at {offer}.\nfastcore: the configuration is good\n", "")));
        // It serves on, and its sockets are there.
        Assert.That(FastCoreProgram.Run(FastCoreProgram.Installed("curl"), ["-s", "--unix-socket", address, "http://a/plaintext"], []).Output, Is.EqualTo("Hello, World!"));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    private Finished Check(params string[] arguments)
    {
        // Paths start where the process does.
        const string There = "cd \"$0\"; exec \"$@\"";
        return FastCoreProgram.Run(FastCoreProgram.Installed("bash"), ["-c", There, _folder, FastCoreProgram.Executable, "serve", "--check-config", .. arguments], []);
    }
}
