using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore profile</c> and <c>fastcore trace --attach</c> beside <c>fastcore serve --control</c>.</summary>
internal sealed class AttachTests
{
    private static readonly string[] TraceForms = ["trace.fctrace", "trace.html", "perfetto.json", "speedscope.json"];

    private string _folder = null!;
    private string _socket = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-attach-").FullName;
        _socket = Path.Combine(_folder, "control");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void What_waits_is_profiled_in_every_format()
    {
        using var server = Start();
        Get(server, "/job/1");
        Get(server, "/job/1");
        Assert.That(Profile("tasks"), Does.Match(@"(?m)^waiting +1 .*jobs .*JobQueue\.DoJobsAsync +\S+ +wait to read jobs \(bounded channel \(4\) of Job\)$"));
        Assert.That(Profile("contention"), Does.Match(@"wait to read +jobs .*JobQueue\.DoJobsAsync").And.Contain("one-shot of Int64").And.Contain("JobQueue.HandleAsync"));
        Assert.That(Profile("tasks", "--format", "folded"), Does.Match(@"(?m)^jobs;waiting;.*wait to read jobs \(bounded channel \(4\) of Job\) 1$"));
        using (var json = JsonDocument.Parse(Profile("contention", "--format", "json"))) Assert.That(json.RootElement.GetProperty("rows").GetArrayLength(), Is.Positive);
        using (var scope = JsonDocument.Parse(Profile("contention", "--format", "speedscope"))) Assert.That(scope.RootElement.GetProperty("profiles")[0].GetProperty("type").GetString(), Is.EqualTo("sampled"));
        Assert.That(Profile("leaks", "--older", "1ms"), Does.Match(@"(?m)^old +1 .*jobs"));
        Assert.That(Profile("leaks", "--older", "1m", "--no-collect"), Is.EqualTo("nothing\n"));
        Assert.That(Profile("tasks", "--older", "1m"), Is.EqualTo("nothing\n"));
        Assert.That(FastCoreProgram.Run("top", "--attach", _socket, "--once").Output, Does.Contain("tasks that wait: 1").And.Contain("JobQueue.DoJobsAsync"));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void A_running_server_is_traced()
    {
        using var server = Start();
        var trace = FastCoreProgram.Start(FastCoreProgram.Executable, ["trace", "--attach", _socket, "--for", "1s", "--places", "--out", Out("one")], []);
        var second = FastCoreProgram.Start(FastCoreProgram.Executable, ["trace", "--attach", _socket, "--for", "1s", "--out", Out("two")], []);
        while (!trace.HasExited) Get(server, "/job/1");
        var report = trace.StandardOutput.ReadToEnd();
        second.WaitForExit();
        Assert.That((trace.ExitCode, second.ExitCode), Is.EqualTo((0, 0)), trace.StandardError.ReadToEnd() + second.StandardError.ReadToEnd());
        Assert.That(report, Does.Contain("JobQueue.DoJobsAsync").And.Contain("From queued to run"));
        foreach (var folder in (string[])[Out("one"), Out("two")]) Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(TraceForms));
        Assert.That(report, Does.StartWith(FastCoreProgram.Run("trace", "report", Path.Combine(Out("one"), "trace.fctrace")).Output));
        var last = FastCoreProgram.Run("trace", "--attach", _socket, "--last", "1s", "--out", Out("last"));
        Assert.That((last.ExitCode, last.Error), Is.EqualTo((3, "fastcore: the process answers: Nothing is recorded, so there are no last seconds. Ask for a trace of the next ones, or have the process record: fastcore serve --trace, or SIGUSR1.\n")), "No recording is left running.");
        trace.Dispose();
        second.Dispose();
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void The_last_seconds_of_a_server_that_records_can_be_had()
    {
        using var server = Start("--trace", Path.Combine(_folder, "all.fctrace"));
        Get(server, "/job/1");
        var last = FastCoreProgram.Run("trace", "--attach", _socket, "--last", "1m", "--out", Out("last"));
        Assert.That(last.ExitCode, Is.Zero, last.Error);
        Assert.That(last.Output, Does.Contain("of trace"));
        Assert.That(server.Stop().ExitCode, Is.Zero);
        Assert.That(FastCoreProgram.Run("trace", "report", Path.Combine(_folder, "all.fctrace")).ExitCode, Is.Zero, "It has recorded to its end.");
    }

    /// <summary>Its thread tries again now and then; one that spun on the refused accept would never sleep.</summary>
    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void A_client_waits_while_the_server_has_no_descriptor_left(CancellationToken cancellationToken)
    {
        using var server = Start();
        Assert.That(Profile("tasks"), Is.Not.Empty, "What the runtime opens at the first client is open now.");
        var limit = server.LimitDescriptors(0);
        // The accept that is under way has its descriptor already.
        using (var last = AskForSnapshot()) Assert.That(new StreamReader(new NetworkStream(last)).ReadToEnd(), Does.Contain("error"));
        using var client = AskForSnapshot();
        for (var until = server.SleepsOf("control") + 5; server.SleepsOf("control") < until;) cancellationToken.ThrowIfCancellationRequested();
        Assert.That(client.Available, Is.Zero, "Nobody has accepted it.");
        server.LimitDescriptors(limit);
        using var stream = new StreamReader(new NetworkStream(client));
        using (var answer = JsonDocument.Parse(stream.ReadToEnd())) Assert.That(answer.RootElement.GetProperty("pid").GetInt32(), Is.Positive);
        Assert.That(Profile("tasks"), Is.Not.Empty, "It serves the next one too.");
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    /// <summary>Somebody answers on the socket who means harm, or has crashed in the middle.</summary>
    [TestCase("", "ended before it answered")]
    [TestCase("trace\n", "cut off")]
    [TestCase("trace\n\u0005\0\0\0abc", "cut off")]
    [TestCase("trace\n\0\0\0\u007F", "a part of the trace of 2130706432 bytes")]
    [TestCase("trace\n\u0003\0\0\0abc\0\0\0\0", "no trace of FastCore")]
    [TestCase("HTTP/1.1 400 Bad Request\r\n\r\n", "does not answer as a FastCore process")]
    [TestCase("{\"error\":\"No.\"}", "the process answers: No.")]
    [CancelAfter(Hang.Milliseconds)]
    public void What_is_no_trace_is_told_and_leaves_nothing(string answer, string problem)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_socket));
        listener.Listen();
        var serving = Task.Run(() =>
        {
            using var client = listener.Accept();
            Assert.That(client.Receive(new byte[100]), Is.Positive);
            client.Send(Encoding.Latin1.GetBytes(answer));
        });
        var run = FastCoreProgram.Run("trace", "--attach", _socket, "--for", "1ms", "--out", Out("none"));
        serving.Wait();
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.StartWith("fastcore: ").And.Contain(problem));
        Assert.That(Directory.GetFiles(Out("none")), Is.Empty);
    }

    [TestCase("trace", "--attach", "x")]
    [TestCase("trace", "--attach", "x", "--workload", "spawn", "--out", "y")]
    [TestCase("trace", "--attach", "x", "--out", "y", "--for", "1s", "--last", "1s")]
    [TestCase("trace", "--attach", "x", "--out", "y", "--seconds", "1s")]
    [TestCase("trace", "--attach", "x", "--out", "y", "--for", "11m")]
    [TestCase("trace", "--attach", "x", "--out", "y", "--events", "262144")]
    [TestCase("trace", "--attach", "x", "--out", "y", "--last", "1s", "--places")]
    [TestCase("trace", "--workload", "spawn", "--out", "y", "--for", "1s")]
    [TestCase("profile", "tasks")]
    [TestCase("profile", "--attach", "x")]
    [TestCase("profile", "everything", "--attach", "x")]
    [TestCase("profile", "tasks", "--attach", "x", "--format", "xml")]
    public void Whatever_does_not_belong_together_is_refused(params string[] arguments)
    {
        var run = FastCoreProgram.Run(arguments);
        Assert.That((run.ExitCode, run.Error.StartsWith("fastcore: ", StringComparison.Ordinal)), Is.EqualTo((2, true)), run.Error);
    }

    [TestCase("profile", "tasks")]
    [TestCase("trace", "--for", "1ms", "--out", "unused")]
    public void A_socket_that_is_not_there_is_named(params string[] arguments)
    {
        if (arguments is ["trace", ..]) arguments[^1] = Out("unused");
        var run = FastCoreProgram.Run([.. arguments, "--attach", _socket]);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((3, "fastcore: there is no such socket. Give the path that the process was given with --control.\n")));
    }

    private static void Get(RunningServer server, string path) =>
        Assert.That(FastCoreProgram.Run(FastCoreProgram.Installed("curl"), ["-s", $"{server.Address}{path}"], []).Output, Does.EndWith("rounds\n"));

    private Socket AskForSnapshot()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(_socket));
        client.Send("snapshot\n"u8);
        return client;
    }

    private RunningServer Start(params string[] arguments) => new(["--cpus", "0", "--control", _socket, .. arguments]);

    private string Profile(params string[] arguments)
    {
        var run = FastCoreProgram.Run(["profile", .. arguments, "--attach", _socket]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run.Output;
    }

    private string Out(string name) => Path.Combine(_folder, name);
}
