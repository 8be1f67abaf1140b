using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore serve</c> that follows on another, and that systemd starts.</summary>
[Platform("Linux")]
internal sealed partial class RestartTests
{
    private const int Duplicate = 0;

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-restart-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("io_uring")]
    [TestCase("epoll")]
    [TestCase("portable")]
    [CancelAfter(Hang.Milliseconds)]
    public async Task No_request_fails_while_processes_take_over_from_each_other(string transport, CancellationToken cancellationToken)
    {
        var unix = new UnixDomainSocketEndPoint(Path.Combine(_folder, "http"));
        var (server, address) = Start(0);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answers = new int[1];
        Task[] load =
        [
            Load(address, keepAlive: true, answers, end.Token), Load(address, keepAlive: false, answers, end.Token),
            Load(unix, keepAlive: true, answers, end.Token), Load(unix, keepAlive: false, answers, end.Token),
        ];
        try
        {
            for (var i = 1; i <= 3; i++)
            {
                Wait(20);
                var (next, same) = Start(address.Port);
                Assert.That(same, Is.EqualTo(address));
                Wait(20);
                Assert.That(server.WaitForEnd(), Is.EqualTo((0, "", "")));
                server.Dispose();
                server = next;
            }
            Wait(20);
        }
        finally
        {
            end.Cancel();
        }
        await Task.WhenAll(load);
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        server.Dispose();
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty, "Each socket's file has gone with the last process.");

        (RunningServer Server, IPEndPoint Address) Start(int port)
        {
            var started = new RunningServer(FastCoreProgram.Executable, ["serve", "--demo", "--transport", transport, "--port", $"{port}", "--listen", $"unix:{Path.Combine(_folder, "http")}", "--hand-over", Path.Combine(_folder, "offer")]);
            // Its other addresses have the lines before.
            var line = started.ReadLine();
            Assert.That(line, Does.StartWith("fastcore listening on http://127.0.0.1:"));
            return (started, IPEndPoint.Parse(new Uri(line.Split(' ')[3]).Authority));
        }

        void Wait(int more)
        {
            for (var until = Volatile.Read(ref answers[0]) + more; Volatile.Read(ref answers[0]) < until && !load.Any(static task => task.IsFaulted);) cancellationToken.ThrowIfCancellationRequested();
        }
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void Systemd_passes_its_sockets_and_is_told()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        var notify = Path.Combine(_folder, "notify");
        manager.Bind(new UnixDomainSocketEndPoint(notify));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        // One that processes inherit, which bash puts where systemd does.
        var open = Control((int)listener.SafeHandle.DangerousGetHandle(), Duplicate, 200);
        using var inherited = new SafeSocketHandle(open, ownsHandle: true);
        var script = $"""exec 3<&{open} {open}<&-; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=web NOTIFY_SOCKET="$1"; exec "$0" serve --demo --cpus 0""";
        using var server = new RunningServer(FastCoreProgram.Installed("bash"), ["-c", script, FastCoreProgram.Executable, notify]);
        Assert.That(server.Address, Is.EqualTo($"http://{listener.LocalEndPoint}"));
        Assert.That(Next(), Is.EqualTo("READY=1"));
        using (var client = new HttpClient()) Assert.That(client.GetStringAsync($"{server.Address}/plaintext").Result, Is.EqualTo("Hello, World!"));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        Assert.That(Next(), Is.EqualTo("STOPPING=1"));

        string Next()
        {
            var text = new byte[1000];
            return Encoding.UTF8.GetString(text, 0, manager.Receive(text));
        }
    }

    /// <summary>Asks for as long as it may; a connection is given up only when an answer says so. Whatever fails, fails the test.</summary>
    private static Task Load(EndPoint address, bool keepAlive, int[] answers, CancellationToken end) => Task.Factory.StartNew(() =>
    {
        var chunk = new byte[4096];
        var request = Encoding.ASCII.GetBytes($"GET /plaintext HTTP/1.1\r\nHost: a\r\n{(keepAlive ? "" : "Connection: close\r\n")}\r\n");
        while (!end.IsCancellationRequested)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
            socket.Connect(address);
            for (var goesOn = true; goesOn && !end.IsCancellationRequested;)
            {
                socket.Send(request);
                var text = "";
                while (!text.EndsWith("Hello, World!", StringComparison.Ordinal))
                {
                    var count = socket.Receive(chunk);
                    if (count == 0) throw new EndOfStreamException($"A request was not answered: '{text}'");
                    text += Encoding.ASCII.GetString(chunk, 0, count);
                }
                Interlocked.Increment(ref answers[0]);
                goesOn = !text.Contains("Connection: close", StringComparison.Ordinal);
            }
        }
    }, end, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);
}
