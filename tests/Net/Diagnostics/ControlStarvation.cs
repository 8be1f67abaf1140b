using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastCore.Net.Diagnostics;

namespace FastCore.Net.Tests.Diagnostics;

/// <summary>
/// The scenario of a control server whose process has no descriptor left while a client knocks: it tries to accept it a few times a
/// second, and serves it when there is one again. Tries are counted: between two there must be a wait, however fast the machine is.
/// </summary>
internal static unsafe partial class ControlStarvation
{
    public const string Name = "control-starvation";

    private const int LimitOfDescriptors = 7;
    private const nuint Soft = 256;
    private const int Tries = 5;
    private const int Left = 8;

    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    public static void Run(string path)
    {
        Limit limit;
        Check(GetLimit(LimitOfDescriptors, &limit) == 0, "getrlimit failed");
        limit.Soft = Soft;
        Check(SetLimit(LimitOfDescriptors, &limit) == 0, "setrlimit failed");
        using var server = ControlServer.Start(path);
        // With all descriptors first: what the runtime loads and opens lazily is there afterwards.
        ControlServerTests.Ask(path, "snapshot\n").Dispose();
        Refused(path, "trace last 1000\n", "Nothing is recorded");
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Transport.Peer.HangMilliseconds };
        var taken = new List<int>();
        for (int descriptor; (descriptor = Duplicate(0)) >= 0;) taken.Add(descriptor);
        var before = server.AcceptCalls;
        client.Connect(new UnixDomainSocketEndPoint(path));
        var hang = Stopwatch.StartNew();
        while (server.AcceptCalls < before + Tries) Check(hang.ElapsedMilliseconds < Transport.Peer.HangMilliseconds, "It has given up");
        // However slow this machine is, there was a wait between two tries; who spins has made thousands.
        var tries = server.AcceptCalls - before;
        var most = Tries + 1 + (hang.ElapsedMilliseconds / ControlServer.RetryMilliseconds);
        foreach (var one in taken) _ = Close(one);
        Check(tries <= most && hang.ElapsedMilliseconds >= (Tries - 2) * ControlServer.RetryMilliseconds, $"It tried {tries} times in {hang.ElapsedMilliseconds} ms");
        client.Send("snapshot\n"u8);
        Check(client.Receive(new byte[1]) == 1, "It is not served in the end");

        // A trace needs threads, which need descriptors; with too few it is refused, for the runtime would end the process.
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Transport.Peer.HangMilliseconds };
        taken.Clear();
        for (int descriptor; (descriptor = Duplicate(0)) >= 0;) taken.Add(descriptor);
        foreach (var one in taken[^Left..]) _ = Close(one);
        other.Connect(new UnixDomainSocketEndPoint(path));
        other.Send("trace for 1000 100\n"u8);
        var answer = new byte[200];
        var length = other.Receive(answer);
        foreach (var one in taken[..^Left]) _ = Close(one);
        Check(System.Text.Encoding.UTF8.GetString(answer, 0, length).Contains("too few descriptors", StringComparison.Ordinal), "A trace is begun without descriptors");
    }

    private static void Refused(string path, string request, string reason)
    {
        using var answer = ControlServerTests.Ask(path, request);
        Check(answer.RootElement.GetProperty("error").GetString()!.Contains(reason, StringComparison.Ordinal), $"{request} is not refused");
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }
}
