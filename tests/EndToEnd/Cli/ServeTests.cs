namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore serve --demo</c>, with curl as the client.</summary>
internal sealed class ServeTests
{
    private RunningServer _server = null!;
    private string _curl = null!;

    [OneTimeSetUp]
    public void Start()
    {
        _curl = FastCoreProgram.Installed("curl");
        _server = new RunningServer("--address", "127.0.0.1");
    }

    [OneTimeTearDown]
    public void Stop() => _server?.Dispose();

    [TestCase("/plaintext", "Hello, World!")]
    [TestCase("/json", """{"message":"Hello, World!"}""")]
    [TestCase("/delay/20", null)]
    [TestCase("/", null)]
    public void Answers(string path, string? body)
    {
        var (status, answer) = Curl(path);
        Assert.That(status, Is.EqualTo("200"));
        if (body != null) Assert.That(answer, Is.EqualTo(body));
        else Assert.That(answer, Is.Not.Empty);
    }

    [Test]
    public void Root_answers_head_without_a_body() => Assert.That(Curl("/", "--head").Status, Is.EqualTo("200"));

    [Test]
    public void Root_echoes_a_posted_body() => Assert.That(Curl("/", "--data-binary", "a=1&b=2"), Is.EqualTo(("200", "a=1&b=2")));

    [Test]
    public void Root_names_its_methods() => Assert.That(Curl("/", "-X", "OPTIONS", "-i").Body, Does.Contain("Allow:").And.Contain("POST"));

    [Test]
    public void Echo_returns_the_fields_as_received() => Assert.That(Curl("/echo", "-H", "X-Odd:  two words ").Body.Split('\n'), Has.Some.EqualTo("X-Odd: two words"));

    [Test]
    public void Cookie_returns_the_parsed_cookies() => Assert.That(Curl("/cookie", "--cookie", "a=1; b=two").Body.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo((string[])["a=1", "b=two"]));

    [TestCase("Content-Length: 100000")]
    [TestCase("Transfer-Encoding: chunked")]
    public void Upload_counts_the_bytes(string framing)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, new byte[100_000]);
            Assert.That(Curl("/upload", "-X", "POST", "-T", file, "-H", framing), Is.EqualTo(("200", "100000")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void Bytes_sends_as_many_as_asked_for()
    {
        var result = FastCoreProgram.Run(_curl, ["-s", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", $"{_server.Address}/bytes/3000000"], []);
        Assert.That(result.Output, Is.EqualTo("200 3000000"));
    }

    [Test]
    public void Unknown_paths_are_404() => Assert.That(Curl("/nowhere").Status, Is.EqualTo("404"));

    [Test]
    public void Says_where_on_what_and_why_in_one_line() => Assert.That(
        _server.Announcement, Does.Match(@"^fastcore listening on http://127\.0\.0\.1:\d+ transport=(io_uring|epoll|portable) \(.+\) reactors=\d+ cpus=\S+$"));

    [Test]
    public void It_listens_on_a_unix_socket_instead_of_a_port()
    {
        var path = Path.Combine(Path.GetTempPath(), $"fastcore-{Guid.NewGuid():N}.sock");
        using var server = new RunningServer(FastCoreProgram.Executable, ["serve", "--demo", "--cpus", "0", "--listen", $"unix:{path}", "--socket-mode", "660"]);
        Assert.That(server.Address, Is.EqualTo($"http://unix:{path}"));
        if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        Assert.That(FastCoreProgram.Run(_curl, ["-s", "--unix-socket", path, "http://anywhere/plaintext"], []).Output, Is.EqualTo("Hello, World!"));
        var second = FastCoreProgram.Run("serve", "--demo", "--cpus", "0", "--listen", $"unix:{path}");
        Assert.That((second.ExitCode, second.Error), Is.EqualTo((3, $"fastcore: Can't listen on {path}: Somebody listens on {path}.\n")));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public void It_believes_the_proxies_that_it_is_told_of()
    {
        var log = Path.GetTempFileName();
        using (var server = new RunningServer("--cpus", "0", "--forwarded-from", "127.0.0.1", "--access-log", log))
        {
            FastCoreProgram.Run(_curl, ["-s", "-H", "X-Forwarded-For: 192.0.2.1", $"{server.Address}/plaintext"], []);
            Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        }
        using (var server = new RunningServer("--cpus", "0", "--proxy-protocol-from", "127.0.0.0/8", "--access-log", log))
        {
            Assert.That(FastCoreProgram.Run(_curl, ["-s", "--haproxy-protocol", $"{server.Address}/plaintext"], []).Output, Is.EqualTo("Hello, World!"));
            Assert.That(FastCoreProgram.Run(_curl, ["-s", $"{server.Address}/plaintext"], []).ExitCode, Is.Not.Zero, "no header");
            Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        }
        Assert.That(File.ReadLines(log).Select(static line => line.Split(' ')[0]), Is.EqualTo((string[])["192.0.2.1", "127.0.0.1"]));
        File.Delete(log);
    }

    // Several reactors share their port with each other, which must not let them share it with another server.
    [TestCase("--cpus", "0")]
    [TestCase("--cpus", "0-1")]
    public void A_port_in_use_is_a_sentence_and_exit_code_3(params string[] cpus)
    {
        if (cpus[1] == "0-1" && Environment.ProcessorCount < 2) Assert.Ignore("This needs two processors.");
        var result = FastCoreProgram.Run(["serve", "--demo", "--port", $"{_server.Port}", .. cpus]);
        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(result.Error, Does.Contain($"port {_server.Port} of 127.0.0.1 is in use"));
        Assert.That(result.Output, Is.Empty);
    }

    [Test]
    public void Sigterm_ends_it_with_0_and_silence()
    {
        using var server = new RunningServer("--cpus", "0");
        Assert.That(server.Announcement, Does.Contain("reactors=1 cpus=0"));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    [TestCase("io_uring")]
    [TestCase("epoll")]
    [TestCase("portable")]
    public void A_transport_can_be_forced(string transport)
    {
        if (transport == "io_uring" && !_server.Announcement.Contains("transport=io_uring", StringComparison.Ordinal)) Assert.Ignore("io_uring can't be used here.");
        using var server = new RunningServer("--transport", transport);
        Assert.That(server.Announcement, Does.Contain($"transport={transport} (asked for)"));
        var result = FastCoreProgram.Run(_curl, ["-s", $"{server.Address}/plaintext"], []);
        Assert.That(result.Output, Is.EqualTo("Hello, World!"));
    }

    [Test]
    public void A_kernel_that_refuses_io_uring_leads_to_epoll_and_the_line_says_so()
    {
        var strace = FastCoreProgram.Installed("strace");
        using var server = new RunningServer(strace, ["-f", "-o", "/dev/null", "-e", "trace=io_uring_setup", "-e", "inject=io_uring_setup:error=EPERM", FastCoreProgram.Executable, "serve", "--demo", "--port", "0", "--cpus", "0"]);
        Assert.That(server.Announcement, Does.Contain("transport=epoll (io_uring: refused with EPERM"));
        var result = FastCoreProgram.Run(_curl, ["-s", $"{server.Address}/plaintext"], []);
        Assert.That(result.Output, Is.EqualTo("Hello, World!"));
    }

    // Too little for the rings of full size, yet enough for the small one that is tried first.
    [TestCase(64 * 1024)]
    [TestCase(0)]
    public void Little_locked_memory_leads_to_epoll_and_the_line_says_so(int bytes)
    {
        if (!_server.Announcement.Contains("transport=io_uring", StringComparison.Ordinal)) Assert.Ignore("io_uring can't be used here.");
        // The limit does not bind root, and an ordinary user can't see into every folder.
        var folder = Directory.CreateTempSubdirectory("fastcore-serve-");
        try
        {
            if (!OperatingSystem.IsWindows()) folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
            var program = Path.Combine(folder.FullName, "fastcore");
            File.Copy(FastCoreProgram.Executable, program);
            string[] limited = [FastCoreProgram.Installed("prlimit"), $"--memlock={bytes}", program, "serve", "--demo", "--port", "0"];
            string[] command = Environment.UserName == "root" ? [FastCoreProgram.Installed("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", .. limited] : limited;
            using var server = new RunningServer(command[0], command[1..]);
            Assert.That(server.Announcement, Does.Contain("transport=epoll (io_uring: ").And.Contain("ENOMEM"));
            Assert.That(FastCoreProgram.Run(_curl, ["-s", $"{server.Address}/plaintext"], []).Output, Is.EqualTo("Hello, World!"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestCase("io_uring", "io_uring_enter")]
    [TestCase("epoll", "?epoll_wait,epoll_pwait")]
    public void Signals_that_interrupt_the_wait_cost_no_request(string transport, string call)
    {
        if (transport == "io_uring" && !_server.Announcement.Contains("transport=io_uring", StringComparison.Ordinal)) Assert.Ignore("io_uring can't be used here.");
        var strace = FastCoreProgram.Installed("strace");
        using var server = new RunningServer(strace, ["-f", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error=EINTR:when=2+2", FastCoreProgram.Executable, "serve", "--demo", "--port", "0", "--cpus", "0", "--transport", transport]);
        var result = FastCoreProgram.Run(_curl, ["-s", "-S", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code} %{size_download}\n", $"{server.Address}/bytes/[100000-100040]"], []);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(Enumerable.Range(100_000, 41).Select(length => $"200 {length}")));
    }

    private (string Status, string Body) Curl(string path, params string[] options)
    {
        var result = FastCoreProgram.Run(_curl, ["-s", "-S", "--max-time", "20", "-w", "\n%{http_code}", .. options, _server.Address + path], []);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        var end = result.Output.LastIndexOf('\n');
        return (result.Output[(end + 1)..], result.Output[..end]);
    }
}
