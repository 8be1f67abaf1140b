using System.Numerics;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Uring;

namespace FastCore.Net.Tests.Transport;

/// <summary>io_uring at its limits: buffers that run out, queues that fill, and each kernel feature left out.</summary>
[TestFixtureSource(nameof(UringOnly))]
internal sealed class UringEdgeTests(TransportKind kind) : TransportTest(kind)
{
    private static readonly TransportKind[] UringOnly = [TransportKind.IoUring];

    [Test]
    public void A_stream_survives_buffers_that_always_run_out()
    {
        const int Peers = 8, Length = 100_000;
        var reactor = Start(new ReactorOptions { ReceiveBufferCount = 2, ReceiveBufferSize = 16 });
        var end = reactor.Listen(Loopback, ScriptedConnection.Echo);
        var peers = Enumerable.Range(0, Peers).Select(i => Task.Factory.StartNew(() =>
        {
            using var peer = new Peer(end);
            var sending = Task.Run(() => peer.SendPattern(Length, i));
            peer.ExpectPattern(Length, i);
            Within(sending);
        }, TaskCreationOptions.LongRunning)).ToArray();
        Within(Task.WhenAll(peers));
        Assert.That(On(reactor, () => reactor.Counters.BuffersExhausted), Is.GreaterThan(0));
    }

    /// <summary>Who found no buffer is next: none gets far ahead of one that has as much waiting.</summary>
    [Test]
    public void Buffers_that_run_out_are_shared_fairly([Values(1, 40)] int buffersEach)
    {
        const int Peers = 24, Rounds = 10, Size = 64;
        var reactor = Start(new ReactorOptions { ReceiveBufferCount = 2 * (int)BitOperations.RoundUpToPowerOf2((uint)buffersEach), ReceiveBufferSize = Size });
        var length = Rounds * buffersEach * Size;
        var connections = new List<ScriptedConnection>();
        var least = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = reactor.Listen(Loopback, () =>
        {
            var connection = new ScriptedConnection
            {
                Opened = static connection => connection.PauseReceive(),
                Received = (connection, data) =>
                {
                    if (connection.ReceivedBytes + data.Length == length) least.TrySetResult(connections.Min(static other => other.ReceivedBytes));
                },
            };
            connections.Add(connection);
            return connection;
        });
        var peers = Enumerable.Range(0, Peers).Select(_ => new Peer(end)).ToList();
        try
        {
            foreach (var peer in peers) peer.Send(new byte[length]);
            Until(reactor, () => connections.Count == Peers && connections.TrueForAll(static connection => connection.OpenTask.IsCompleted));
            On(reactor, () => connections.ForEach(static connection => connection.ResumeReceive()));
            Assert.That(Within(least.Task), Is.GreaterThanOrEqualTo(length / 3), "What every other had when the first had all.");
        }
        finally
        {
            peers.ForEach(static peer => peer.Dispose());
        }
    }

    [Test]
    public void A_tiny_submission_queue_takes_thousands_of_submissions_in_a_turn()
    {
        const int Count = 1000;
        var reactor = Start(new ReactorOptions { SubmissionQueueSize = 8 });
        var end = reactor.Listen(Loopback, ScriptedConnection.Echo);
        var ends = new List<Task<CloseReason>>();
        On(reactor, () =>
        {
            for (var i = 0; i < Count; i++)
            {
                var client = new ScriptedConnection
                {
                    Opened = static connection => connection.Write(Pattern.Make(3000).AsMemory()),
                    Received = static (connection, data) =>
                    {
                        Pattern.Verify(data, connection.ReceivedBytes);
                        if (connection.ReceivedBytes + data.Length == 3000) connection.Close();
                    },
                };
                reactor.Connect(end, client);
                ends.Add(client.EndTask);
            }
        });
        foreach (var ended in ends) Assert.That(Within(ended), Is.EqualTo(CloseReason.Closed));
    }

    private static IEnumerable<UringFeatures> EachFeatureLeftOut() =>
    [
        new UringFeatures { DeferTaskRun = false },
        new UringFeatures { NoSubmissionArray = false },
        new UringFeatures { RegisteredRing = false },
        new UringFeatures { MultishotAccept = false },
        new UringFeatures { MultishotReceive = false },
        new UringFeatures { DeferTaskRun = false, NoSubmissionArray = false, RegisteredRing = false, MultishotAccept = false, MultishotReceive = false },
    ];

    [TestCaseSource(nameof(EachFeatureLeftOut))]
    public void It_works_without(UringFeatures features)
    {
        var reactor = Track(ReactorCore<UringEngine>.Start(Complete(), options => UringSetup.Create(options, features)));
        var end = reactor.Listen(Loopback, ScriptedConnection.Echo);
        for (var i = 0; i < 20; i++)
        {
            using var peer = new Peer(end);
            var sending = Task.Run(() =>
            {
                peer.SendPattern(300_000);
                peer.FinishSending();
            });
            peer.ExpectPattern(300_000);
            Within(sending);
            peer.ExpectEnd();
        }
        Until(reactor, () => reactor.Counters.Connections == 0);
    }

    [Test]
    public void Each_feature_is_switched_off_by_the_environment([Values("DEFER_TASKRUN", "NO_SQARRAY", "REGISTERED_RING", "MULTISHOT_ACCEPT", "MULTISHOT_RECV")] string name)
    {
        var variable = UringFeatures.SwitchPrefix + name;
        var before = Environment.GetEnvironmentVariable(variable);
        try
        {
            Environment.SetEnvironmentVariable(variable, null);
            var with = new UringFeatures();
            Environment.SetEnvironmentVariable(variable, "1");
            Assert.That(new UringFeatures(), Is.Not.EqualTo(with));
            Environment.SetEnvironmentVariable(variable, "0");
            Assert.That(new UringFeatures(), Is.EqualTo(with));
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
    }
}
