using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Transport;

/// <summary>Peers that take what is sent slowly, on a kernel without a clock of its own: the reactor's turns move the time.</summary>
internal sealed class SendPaceTests
{
    private const int Grace = 5_000;
    private const int Stall = 20_000;

    [TestCase(1000, 1000, null, Description = "faster than needed")]
    [TestCase(240, 1000, null, Description = "as fast as needed")]
    [TestCase(4560, 19_000, null, Description = "as fast as needed, in large steps")]
    [TestCase(230, 1000, 453_974, Description = "a little too slow: 42 ms are lost each second")]
    [TestCase(1, 100, 20_832, Description = "much too slow")]
    [TestCase(1, 19_000, 20_004, Description = "as slow as the stall limit lets")]
    public void APeerThatIsSlowerThanTheRateIsCutOff(int bytes, int everyMilliseconds, int? end) =>
        Expect(new SlowPeer(bytes, everyMilliseconds), CloseReason.SendTooSlow, end);

    [Test]
    public void WhatWasTakenAtOnceIsNoLeaveToBeSlowForLong() =>
        Expect(new SlowPeer(1, 10_000) { First = 10_000_000 }, CloseReason.SendTooSlow, Stall + 4);

    [Test]
    public void AShortSendHasItsGrace() => Expect(new SlowPeer(1, 4_000), CloseReason.SendTooSlow, Grace + 4, length: 600);

    [Test]
    public void APeerThatTakesNothingStallsAsWithoutARate() =>
        Expect(new SlowPeer(0, 1000) { First = 100 }, CloseReason.SendStalled, Stall, rate: 0);

    [Test]
    public void WithoutARateAnyByteIsEnough() => Expect(new SlowPeer(1, 19_000), CloseReason.SendTooSlow, null, rate: 0);

    private static void Expect(SlowPeer peer, CloseReason reason, int? end, double rate = 240, int length = 64_000_000)
    {
        var options = new ReactorOptions { MinSendRate = rate, MinSendGrace = TimeSpan.FromMilliseconds(Grace), SendStallTimeout = TimeSpan.FromMilliseconds(Stall) };
        using var reactor = ReactorCore<SlowEngine>.Start(options, _ => new SlowEngine(peer));
        var connection = new ScriptedConnection { Opened = connection => connection.Write(new byte[length].AsMemory()) };
        reactor.Connect(new IPEndPoint(IPAddress.Loopback, 1), connection);
        Assert.That(Task.WhenAny(connection.EndTask, peer.Patience.Task).Wait(Hang.Milliseconds));
        if (end is not { } milliseconds)
        {
            Assert.That(connection.EndTask.IsCompleted, Is.False);
            return;
        }
        Assert.That(connection.EndTask.Result, Is.EqualTo(reason));
        Assert.That(peer.CancelledAt, Is.InRange(milliseconds, milliseconds + 2 * TimerWheel.TickMilliseconds), "a tick of the wheel later at most");
    }

    /// <summary>What the far end takes, and the time.</summary>
    private sealed class SlowPeer(int bytes, int everyMilliseconds)
    {
        private const long PatienceMilliseconds = 20 * 60 * 1000;

        private readonly SemaphoreSlim _woken = new(0);
        private readonly Queue<Completion> _done = new();
        private ulong _send;
        private int _length;
        private long _next = everyMilliseconds;

        /// <summary>Taken of the first send, at once.</summary>
        public int First { get; init; }

        public long Now { get; private set; }

        /// <summary>When the connection's submissions were cancelled; negative if they were not.</summary>
        public long CancelledAt { get; private set; } = -1;

        /// <summary>Ends when more time has passed than any peer that is too slow is given.</summary>
        public TaskCompletionSource Patience { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private bool _isFirst = true;
        private ulong _receive;

        public void Connect(ulong tag) => Complete(tag, 0);

        public void Receive(ulong tag) => _receive = tag;

        public void Send(ulong tag, int length)
        {
            (_send, _length) = (tag, length);
            if (!_isFirst || First == 0) return;
            _isFirst = false;
            TakeSome(First);
        }

        public void Cancel()
        {
            CancelledAt = Now;
            if (_send != 0) Complete(_send, -Errno.ECANCELED);
            if (_receive != 0) Complete(_receive, -Errno.ECANCELED);
            _send = _receive = 0;
        }

        public void Wait(int timeout)
        {
            if (_done.Count > 0 || timeout == 0) return;
            if (_send == 0 || CancelledAt >= 0 || Patience.Task.IsCompleted)
            {
                _woken.Wait();
                return;
            }
            Now = timeout < 0 ? _next : Math.Min(_next, Now + timeout);
            if (Now > PatienceMilliseconds) Patience.SetResult();
            if (Now < _next) return;
            _next += everyMilliseconds;
            if (bytes > 0) TakeSome(bytes);
        }

        public bool TryTake(out Completion completion) => _done.TryDequeue(out completion);

        public void Wake() => _woken.Release();

        private void TakeSome(int most)
        {
            var tag = _send;
            _send = 0;
            Complete(tag, Math.Min(most, _length));
        }

        private void Complete(ulong tag, int result) => _done.Enqueue(new Completion { Tag = tag, Result = result, Buffer = -1 });
    }

    /// <summary>One connection, whose far end takes bytes as the test says.</summary>
    private readonly unsafe struct SlowEngine(SlowPeer peer) : IEngine
    {
        public TransportKind Kind => TransportKind.Portable;
        public long Milliseconds => peer.Now;
        public int OpenSocket(EndPoint remote) => 1;
        public void Connect(ulong tag, int handle, EndPoint remote) => peer.Connect(tag);
        public void Receive(ulong tag, int handle) => peer.Receive(tag);
        public int Send(ulong tag, int handle, byte* data, int length)
        {
            peer.Send(tag, length);
            return IEngine.Pending;
        }

        public void CancelAll(int handle) => peer.Cancel();
        public void Wait(int timeoutMilliseconds) => peer.Wait(timeoutMilliseconds);
        public bool TryTake(out Completion completion) => peer.TryTake(out completion);
        public void Wake() => peer.Wake();
        public void Close(int handle, bool reset) { }
        public void Dispose() { }
        public int SendVector(ulong tag, int handle, MessageHeader* message) => throw new NotSupportedException();
        public bool SendsFiles => false;
        public int SendFile(ulong tag, int handle, MessageHeader* head, int file, long offset, int length) => throw new NotSupportedException();
        public int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, out IPEndPoint bound) => throw new NotSupportedException();
        public int AdoptListener(Socket socket) => throw new NotSupportedException();
        public void Accept(ulong tag, int listener) => throw new NotSupportedException();
        public void CancelReceive(ulong tag, int handle) => throw new NotSupportedException();
        public void ShutdownSend(int handle) => throw new NotSupportedException();
        public IPEndPoint? RemoteEndPoint(int handle) => throw new NotSupportedException();
        public void Recycle(in Completion completion) => throw new NotSupportedException();
    }
}
