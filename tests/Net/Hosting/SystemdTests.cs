using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using FastCore.Net.Hosting;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Hosting;

/// <summary>What systemd passes to a process, and is told by it. The variables are the process's, so one test at a time.</summary>
[NonParallelizable]
[Platform("Linux")]
internal sealed partial class SystemdTests
{
    private const int DuplicateFrom = 0;
    private const int GetFlags = 1;

    private static readonly string[] Variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET"];

    [TearDown]
    public void ForgetVariables()
    {
        foreach (var name in Variables) Environment.SetEnvironmentVariable(name, null);
    }

    [Test]
    public async Task SocketsThatArePassedAreServedAndBelongToThisProcessAlone()
    {
        using var socket = Listener();
        using var second = Listener();
        var first = Pass(300, socket, second);
        Set(Environment.ProcessId, 2, "web:admin");
        var sockets = SystemdSockets.Take(first);
        Assert.That(sockets.Select(static one => (one.Name, one.EndPoint)), Is.EqualTo(new[] { ("web", socket.LocalEndPoint), ("admin", second.LocalEndPoint) }));
        Assert.That((Control(first, GetFlags, 0), Control(first + 1, GetFlags, 0)), Is.EqualTo((1, 1)), "closed on exec");
        Assert.That(Variables.Select(Environment.GetEnvironmentVariable), Is.All.Null);
        Assert.That(SystemdSockets.Take(first), Is.Empty, "a second time");
        await using (var server = new HttpServer(new HttpServerOptions { EndPoint = null, MoreEndPoints = HttpEndPoint.Inherit(sockets), Reactors = 2 }))
        {
            server.Map(HttpMethod.Get, "/", static context => context.Respond("hello"));
            server.Start();
            using var client = new HttpClient();
            foreach (var endPoint in server.EndPoints) Assert.That(await client.GetStringAsync($"http://{endPoint}/"), Is.EqualTo("hello"));
        }
        Assert.That(Control(first, GetFlags, 0), Is.EqualTo(-1), "The server has closed it.");
    }

    [TestCase(-1, "1", null)]
    [TestCase(0, "", null)]
    public void WhatIsNotForThisProcessIsLeft(int processOffset, string count, string? names)
    {
        Set(Environment.ProcessId + processOffset, count, names);
        Assert.That(SystemdSockets.Take(300), Is.Empty);
        Assert.That(Variables.Select(Environment.GetEnvironmentVariable), Is.All.Null);
    }

    [TestCase("x", null, "LISTEN_FDS is 'x'; it should be a number of sockets, 1024 at most.")]
    [TestCase("-1", null, "LISTEN_FDS is '-1'; it should be a number of sockets, 1024 at most.")]
    [TestCase("2", "a", "LISTEN_FDNAMES is 'a', which does not name 2 sockets.")]
    [TestCase("1", "gone", "Descriptor 400 (gone) was passed as a socket to accept connections on, but it is not open.")]
    public void WhatIsNotSoundIsTold(string count, string? names, string message)
    {
        Set(Environment.ProcessId, count, names);
        Assert.That(() => SystemdSockets.Take(400), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    [Test]
    public void WhatDoesNotListenIsTold([Values] bool isStream)
    {
        using var socket = isStream ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var first = Pass(500, socket);
        Set(Environment.ProcessId, 1, null);
        Assert.That(() => SystemdSockets.Take(first), Throws.InvalidOperationException.With.Message.EndsWith(isStream ? "it does not listen." : "it is no stream socket."));
        using var close = new SafeSocketHandle(first, ownsHandle: true);
    }

    [Test]
    public void TheServiceManagerIsTold([Values] bool isAbstract)
    {
        var folder = Directory.CreateTempSubdirectory("fastcore-notify-").FullName;
        var name = isAbstract ? $"@fastcore-{Guid.NewGuid():N}" : Path.Combine(folder, "notify");
        using (var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 })
        {
            manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{name[1..]}" : name));
            Assert.That(SystemdNotifier.Ready(), Is.False, "nobody has asked");
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", name);
            Assert.That(SystemdNotifier.Ready(), Is.True);
            Assert.That(Next(), Is.EqualTo("READY=1"));
            SystemdNotifier.Ready(isMain: true);
            Assert.That(Next(), Is.EqualTo($"MAINPID={Environment.ProcessId}\nREADY=1"));
            SystemdNotifier.Stopping();
            Assert.That(Next(), Is.EqualTo("STOPPING=1"));
            SystemdNotifier.Reloading();
            Assert.That(Next(), Does.Match("^RELOADING=1\nMONOTONIC_USEC=[0-9]+$"));

            string Next()
            {
                var text = new byte[1000];
                return Encoding.UTF8.GetString(text, 0, manager.Receive(text));
            }
        }
        Directory.Delete(folder, recursive: true);
    }

    private static Socket Listener()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    /// <summary>Puts them side by side, open to processes that are started, as systemd does.</summary>
    private static int Pass(int from, params Socket[] sockets)
    {
        var first = Control((int)sockets[0].SafeHandle.DangerousGetHandle(), DuplicateFrom, from);
        for (var i = 1; i < sockets.Length; i++) Assert.That(Control((int)sockets[i].SafeHandle.DangerousGetHandle(), DuplicateFrom, first + i), Is.EqualTo(first + i));
        return first;
    }

    private static void Set(int process, object count, string? names)
    {
        Environment.SetEnvironmentVariable("LISTEN_PID", $"{process}");
        Environment.SetEnvironmentVariable("LISTEN_FDS", $"{count}");
        Environment.SetEnvironmentVariable("LISTEN_FDNAMES", names);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);
}
