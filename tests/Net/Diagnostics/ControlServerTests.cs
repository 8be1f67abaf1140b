using System.Net.Sockets;
using System.Text.Json;
using FastCore.Channels;
using FastCore.Diagnostics;
using FastCore.Net.Diagnostics;
using FastCore.Net.Transport;
using FastCore.Scheduling;
using FastCore.Tracing;

namespace FastCore.Net.Tests.Diagnostics;

/// <summary>The socket through which a process is looked at: what it tells, whom it serves, and what it makes of clients that mean harm.</summary>
internal sealed class ControlServerTests
{
    private string _folder = null!;
    private string _path = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-").FullName;
        _path = Path.Combine(_folder, "control");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void ASnapshotShowsWhatIsRegisteredAndEveryThread()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2, Name = "shown" });
        using var reactor = Reactor.Start(new ReactorOptions { Name = "shown-reactor" });
        var channel = FastChannel.CreateBounded<int>(3);
        var write = Task.WhenAll(Enumerable.Range(0, 5).Select(number => channel.Writer.WriteAsync(number).AsTask()));
        LiveRegistry.Register("a scheduler", scheduler);
        LiveRegistry.Register("a reactor", reactor);
        LiveRegistry.Register("a channel", channel);
        using var server = ControlServer.Start(_path);
        using var document = Ask("snapshot\n");
        var root = document.RootElement;
        Assert.That(root.GetProperty("schema").GetInt32(), Is.EqualTo(1));
        Assert.That(root.GetProperty("pid").GetInt32(), Is.EqualTo(Environment.ProcessId));
        Assert.That(Named("schedulers", "a scheduler").GetProperty("workers").EnumerateArray().Select(static worker => worker.GetProperty("thread").GetString()), Is.EqualTo(new[] { "shown worker 0", "shown worker 1" }));
        Assert.That(Named("reactors", "a reactor").GetProperty("connections").GetInt32(), Is.Zero);
        var shown = Named("channels", "a channel");
        Assert.That((shown.GetProperty("capacity").GetInt32(), shown.GetProperty("depth").GetInt32(), shown.GetProperty("waiting_writers").GetInt32()), Is.EqualTo((3, 3, 2)));
        Assert.That(root.GetProperty("warnings").EnumerateArray().Select(static one => one.GetString()), Does.Contain("2 writes wait on a channel, and no read does."));
        if (OperatingSystem.IsLinux()) Assert.That(Named("threads", "shown-reactor").GetProperty("alive_ns").GetInt64(), Is.GreaterThanOrEqualTo(0));
        while (channel.Reader.TryRead(out _)) { }
        write.Wait();
        GC.KeepAlive(channel);

        JsonElement Named(string list, string name) => root.GetProperty(list).EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
    }

    [Test]
    public void OnlyItsUserMayOpenIt()
    {
        using var server = ControlServer.Start(_path);
        if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(_path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void ItsSocketGoesWithIt()
    {
        var server = ControlServer.Start(_path);
        server.Dispose();
        server.Dispose();
        Assert.That(File.Exists(_path), Is.False);
    }

    [Test]
    public void ASocketThatWasLeftBehindIsReplaced()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "elsewhere")));
            File.Move(Path.Combine(_folder, "elsewhere"), _path);
        }
        Assert.That(Path.Exists(_path));
        using var server = ControlServer.Start(_path);
        Ask("snapshot\n").Dispose();
    }

    [Test]
    public void WhatIsInUseOrNoSocketIsLeftAlone()
    {
        using (ControlServer.Start(_path)) Assert.That(() => ControlServer.Start(_path), Throws.InstanceOf<IOException>().With.Message.Contains("Somebody listens"));
        File.WriteAllText(_path, "");
        Assert.That(() => ControlServer.Start(_path), Throws.InstanceOf<IOException>().With.Message.Contains("no socket"));
        Assert.That(File.Exists(_path));
        Assert.That(() => ControlServer.Start(Path.Combine(_path, "below")), Throws.InstanceOf<SocketException>());
    }

    [TestCase("\n")]
    [TestCase("snapshots\n")]
    [TestCase("\0\xFF{}\n")]
    [TestCase("GET / HTTP/1.1\r\n\r\n")]
    public void WhatItDoesNotKnowIsRefused(string request)
    {
        using var server = ControlServer.Start(_path);
        using var document = Ask(request);
        Assert.That(document.RootElement.GetProperty("error").GetString(), Does.Contain("snapshot"));
    }

    [Test]
    public void NoClientCanKeepItFromTheNext()
    {
        using var server = ControlServer.Start(_path);
        using var silent = Connect();
        using var endless = Connect();
        using (var gone = Connect()) gone.Send("snap"u8);
        using (var rude = Connect()) rude.Send("snapshot\n"u8);
        try
        {
            for (var i = 0; i < 1000; i++) endless.Send(new byte[4096]);
        }
        catch (SocketException)
        {
            // It has been cut off, as it should be.
        }
        Ask("snapshot\n").Dispose();
        Ask("snapshot\n").Dispose();
    }

    [Test]
    public void AFaultOfWhatIsLookedAtIsTold()
    {
        var faulty = new Faulty();
        LiveRegistry.Register("faulty", faulty);
        using var server = ControlServer.Start(_path);
        using (var document = Ask("snapshot\n")) Assert.That(document.RootElement.GetProperty("error").GetString(), Does.Contain("as asked"));
        LiveRegistry.Unregister(faulty);
        using (var document = Ask("snapshot\n")) Assert.That(document.RootElement.TryGetProperty("error", out _), Is.False);
    }

    [TestCase("profile\n")]
    [TestCase("profile tasks\n")]
    [TestCase("profile tasks text\n")]
    [TestCase("profile tasks xml 0\n")]
    [TestCase("profile everything text 0\n")]
    [TestCase("profile tasks text -1\n")]
    [TestCase("profile tasks text 99999999999\n")]
    [TestCase("profile tasks text 1x\n")]
    [TestCase("profile leaks text 0 gently\n")]
    [TestCase("trace\n")]
    [TestCase("trace for 0 1\n")]
    [TestCase("trace for 600001 1\n")]
    [TestCase("trace for 1 0\n")]
    [TestCase("trace for 1 262144\n")]
    [TestCase("trace for 1 1 here\n")]
    [TestCase("trace last\n")]
    [TestCase("trace last 1 1\n")]
    [TestCase("snapshot snapshot\n")]
    public void WhatIsAskedForWronglyIsRefused(string request)
    {
        using var server = ControlServer.Start(_path);
        using var document = Ask(request);
        Assert.That(document.RootElement.GetProperty("error").GetString(), Does.StartWith("Say snapshot, profile"));
        Assert.That(Tracer.IsOn, Is.False);
    }

    [TestCase("tasks")]
    [TestCase("contention")]
    [TestCase("leaks")]
    public void ProfilesAreAnswered(string subject)
    {
        LiveWaits.Start();
        var channel = FastChannel.CreateBounded<Faulty>(3);
        LiveRegistry.Register("profiled over the socket", channel);
        var first = channel.Reader.ReadAsync().AsTask();
        channel.Writer.TryWrite(new Faulty());
        first.Wait();
        var second = channel.Reader.ReadAsync().AsTask();
        using var server = ControlServer.Start(_path);
        using (var document = Ask($"profile {subject} json 0{(subject == "leaks" ? " collect" : "")}\n"))
        {
            Assert.That(document.RootElement.GetProperty("profile").GetString(), Is.EqualTo(subject));
            Assert.That(document.RootElement.GetProperty("rows").EnumerateArray().Count(static row => row.ToString().Contains("profiled over the socket", StringComparison.Ordinal)), Is.Positive);
        }
        Assert.That(AskForText($"profile {subject} text 0\n"), Does.Contain("profiled over the socket"));
        using (var document = Ask("snapshot\n"))
        {
            var wait = document.RootElement.GetProperty("waits").EnumerateArray().Single(static one => one.GetProperty("on").GetString() == "profiled over the socket");
            Assert.That((wait.GetProperty("operation").GetString(), wait.GetProperty("kind").GetString()), Is.EqualTo(("read", "bounded channel (3) of Faulty")));
            Assert.That(wait.GetProperty("age_ms").GetDouble(), Is.Positive);
        }
        channel.Writer.TryWrite(new Faulty());
        second.Wait();
        LiveWaits.Stop();
        GC.KeepAlive(channel);
    }

    [Test]
    public void AStarvedThreadPoolIsSeen() => ChildProcess.Run(PoolStarvation.Name, _path);

    private sealed class Faulty : ILiveChannel
    {
        public ChannelLook Look() => throw new InvalidOperationException("as asked, with half a character: \ud800");
    }

    private JsonDocument Ask(string request) => Ask(_path, request);

    private string AskForText(string request) => System.Text.Encoding.UTF8.GetString(AskForBytes(_path, request));

    internal static JsonDocument Ask(string path, string request) => JsonDocument.Parse(AskForBytes(path, request));

    internal static byte[] AskForBytes(string path, string request)
    {
        using var client = Connect(path);
        client.Send(System.Text.Encoding.Latin1.GetBytes(request));
        var answer = new MemoryStream();
        var buffer = new byte[4096];
        int count;
        while ((count = client.Receive(buffer)) > 0) answer.Write(buffer, 0, count);
        return answer.ToArray();
    }

    private Socket Connect() => Connect(_path);

    internal static Socket Connect(string path)
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Hang.Milliseconds, SendTimeout = Hang.Milliseconds };
        client.Connect(new UnixDomainSocketEndPoint(path));
        return client;
    }
}
