using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

/// <summary>Descriptors that come and go fast, and descriptors that run out.</summary>
internal sealed class DescriptorTests(TransportKind kind) : TransportTest(kind)
{
    [Test]
    public void A_storm_of_connections_leaves_no_stray_completion()
    {
        const int Threads = 4, Each = 5000;
        var reactor = Start(new ReactorOptions { LingerTimeout = TimeSpan.FromMilliseconds(1) });
        var end = reactor.Listen(Loopback, ScriptedConnection.Echo);
        var threads = Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() =>
        {
            var random = new Random(thread);
            for (var i = 0; i < Each; i++)
            {
                using var peer = new Peer(end);
                var kind = random.Next(8);
                if (kind > 0) peer.SendPattern(1 + kind, i);
                if (kind > 3) peer.ExpectPattern(1 + kind, i);
                // Mostly resets: an orderly end holds the port for a minute, and there are 28 000.
                if (i % 16 != 0) peer.Reset();
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        // 20 000 connections take a few seconds on the slowest transport, so this waits longer than the other tests.
        Assert.That(Task.WaitAll(threads, Hang.Milliseconds), Is.True);
        Until(reactor, () => reactor.Counters.Accepted == Threads * Each && reactor.Counters.Connections == 0);
        Assert.That(On(reactor, () => reactor.Counters.StaleCompletions), Is.Zero);
    }

    [Test]
    public void Accepting_recovers_when_descriptors_return()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Limits of descriptors are set by a Linux call.");
        ChildProcess.Run(DescriptorStarvation.Name, Kind.ToString());
    }
}
