using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Continuations;
using FastCore.Tests.Channels.Modelling;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>Channels with a rare fault, recorded as ours are: their histories give them away.</summary>
[TestFixture]
internal sealed class PlantedFaultTests
{
    /// <summary>Far more than it takes.</summary>
    private const int MostHistories = 10_000;

    private const int Capacity = 3;

    private static readonly ChannelShape Bounded = new(Capacity);

    private static readonly ChannelShape Rendezvous = new(0);

    [TestCaseSource(nameof(FaultyQueues))]
    public void AFaultyQueueIsFound(QueueFault fault) => AssertFound(Bounded, () => Over(new PlantedQueue(fault, Capacity)));

    [TestCaseSource(nameof(FaultyWaits))]
    public void AFaultyWaitIsFound(WaitFault fault) => AssertFound(Bounded, () => new PlantedChannel(ModelChannels<YieldingAtomics>.Bounded(Capacity), fault), Leeway.CountsLate);

    [TestCaseSource(nameof(FaultyWaits))]
    public void AFaultyWaitOfARendezvousIsFound(WaitFault fault) => AssertFound(Rendezvous, () => new PlantedChannel(ModelChannels<YieldingAtomics>.Rendezvous(), fault));

    /// <summary>What is planted into does not give itself away without the fault.</summary>
    [Test]
    public void WithoutAFaultNothingIsFound()
    {
        Assert.That(HistoriesUntilFound(Bounded, () => Over(new PlantedQueue(QueueFault.None, Capacity)), most: 200), Is.Null);
        Assert.That(HistoriesUntilFound(Bounded, () => new PlantedChannel(ModelChannels<YieldingAtomics>.Bounded(Capacity), WaitFault.None), most: 200, Leeway.CountsLate), Is.Null);
    }

    private static IEnumerable<QueueFault> FaultyQueues() => Enum.GetValues<QueueFault>().Except([QueueFault.None]);

    private static IEnumerable<WaitFault> FaultyWaits() => Enum.GetValues<WaitFault>().Except([WaitFault.None]);

    private static QueueChannel<int, PlantedQueue, HardwareAtomics> Over(PlantedQueue queue) =>
        new(queue, new EngineOptions(ContinuationScheduler.ThreadPool, CancelsOlderReads: false, Capacity, ChannelTuning.For(Capacity)));

    private static void AssertFound(ChannelShape shape, Func<Channel<int>> create, Leeway leeway = Leeway.None)
    {
        int? histories = HistoriesUntilFound(shape, create, MostHistories, leeway);
        Assert.That(histories, Is.Not.Null, "No history gave it away.");
        TestContext.Out.WriteLine($"found in history {histories}");
    }

    private static int? HistoriesUntilFound(ChannelShape shape, Func<Channel<int>> create, int most, Leeway leeway = Leeway.None)
    {
        int seed = TestContext.CurrentContext.Random.Next();
        using var recorder = new HistoryRecorder(shape, _ => create());
        for (int i = 0; i < most; i++)
        {
            if (recorder.Record(seed + (i * 16)).Check(shape, leeway) == Verdict.NotLinearizable) return i;
        }

        return null;
    }
}
