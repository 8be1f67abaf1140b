using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

/// <summary>
/// The scenario of a process without a free descriptor: accepting fails, costs little, and recovers. It runs in a
/// process of its own, because the runtime too needs descriptors (to load an assembly, to read the limits of memory).
/// </summary>
internal static unsafe partial class DescriptorStarvation
{
    public const string Name = "descriptor-starvation";

    private const int LimitOfDescriptors = 7;
    private const nuint Soft = 512;
    private const int Count = 40;
    private const int Failures = 5;
    private const int PoolThreads = 16;

    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    public static void Run(string kind)
    {
        StartPoolThreads();
        // Before the reactor starts: io_uring's accept keeps the limit that it was armed under.
        Limit limit;
        Check(GetLimit(LimitOfDescriptors, &limit) == 0, "getrlimit failed");
        limit.Soft = Soft;
        Check(SetLimit(LimitOfDescriptors, &limit) == 0, "setrlimit failed");
        using var reactor = Reactor.Start(new ReactorOptions { Transport = Enum.Parse<TransportKind>(kind) });
        var end = reactor.Listen(new IPEndPoint(IPAddress.Loopback, 0), ScriptedConnection.Echo);
        // First with all descriptors: what the runtime loads and opens lazily is there afterwards.
        Serve(reactor, end, starve: false);
        Serve(reactor, end, starve: true);
    }

    /// <summary>A thread that starts needs a pipe, and the runtime ends the process when it gets none; so those that the pool may want start now.</summary>
    private static void StartPoolThreads()
    {
        ThreadPool.SetMinThreads(PoolThreads, PoolThreads);
        var all = new Barrier(PoolThreads + 1);
        for (var i = 0; i < PoolThreads; i++) ThreadPool.UnsafeQueueUserWorkItem(static all => all.SignalAndWait(), all, preferLocal: false);
        all.SignalAndWait();
    }

    private static void Serve(Reactor reactor, IPEndPoint end, bool starve)
    {
        // The sockets exist before the descriptors run out; connecting needs none, accepting does.
        var sockets = Enumerable.Range(0, Count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();
        var taken = new List<int>();
        int descriptor;
        while (starve && (descriptor = Duplicate(0)) >= 0) taken.Add(descriptor);
        var before = Ask(reactor);
        foreach (var socket in sockets) socket.Connect(end);
        if (starve)
        {
            // Looked at from outside: asking on the reactor's thread would give it turns of its own.
            var hang = Stopwatch.StartNew();
            while (reactor.Counters.AcceptFailures < before.AcceptFailures + Failures) Check(hang.ElapsedMilliseconds < Hang.Milliseconds, "accepting does not fail");
        }
        var after = Ask(reactor);
        foreach (var one in taken) _ = Close(one);
        // Each failure may cost a few turns; thousands would be a busy loop.
        Check(!starve || after.Turns - before.Turns < 20 * Failures, $"{after.Turns - before.Turns} turns for {after.AcceptFailures - before.AcceptFailures} failed accepts");
        foreach (var socket in sockets)
        {
            using var peer = new Peer(socket);
            peer.SendPattern(100);
            peer.ExpectPattern(100);
            peer.Reset();
        }
        Check(Ask(reactor).Accepted == before.Accepted + Count, "Not every connection was accepted in the end");
    }

    private static ReactorCounters Ask(Reactor reactor)
    {
        var answer = new TaskCompletionSource<ReactorCounters>();
        reactor.Post(() => answer.SetResult(reactor.Counters));
        return answer.Task.Result;
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }
}
