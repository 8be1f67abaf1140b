using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;
using static FastCore.Tests.Broadcast.Explorations;

namespace FastCore.Tests.Broadcast;

/// <summary>
/// Every interleaving of the shipped engine in small programs, and the planted faults found in them first. The items are 1, 2,
/// 3 and so on, so an item says what its place is; a torn one reads 0.
/// </summary>
[TestFixture]
internal sealed class BroadcastChannelModels
{
    private static readonly ModelChecker Deep = new() { Preemptions = 3 };

    [Test]
    public void PlantedPublicationBeforeTheWriteIsFound() => ModelAssert.Found(Strong, "", model => Overtaking(model, Channel<FaultyAtomics<PublishFirst>>(1)));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void PlantedEarlyLookReadsWhatIsBeingWritten(int capacity) =>
        ModelAssert.Found(Deep, "whole", model => Overtaking(model, Channel<FaultyAtomics<EarlyLook>>(capacity)));

    [Test]
    public void PlantedOpenGateIsFound() => ModelAssert.Found(Strong, "lost wake-up", model => Waiting(model, Channel<FaultyAtomics<OpenGate>>(1)));

    [Test]
    public void PlantedSplitUpdateReadsAnItemTwice() => ModelAssert.Found(Strong, "once", model => TwoReadsOfOneReader(model, Channel<FaultyAtomics<SplitUpdates>>(2)));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void AnOvertakenReaderReadsWholeItemsAndCountsTheRest(int capacity) => ModelAssert.Sound(Deep, model => Overtaking(model, Channel<ExplorerAtomics>(capacity)));

    [Test]
    public void AnOvertakenReaderWithDelayedStores() => ModelAssert.Sound(Delaying, model => Overtaking(model, Channel<ExplorerAtomics>(1), items: 3));

    [Test]
    public void SleepsAndWakes() => ModelAssert.Sound(Delaying, model => Waiting(model, Channel<ExplorerAtomics>(1)));

    [Test]
    public void TwoWritersAndAReader() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastChannelCore<int, ExplorerAtomics> channel = Channel<ExplorerAtomics>(3);
        BroadcastReaderCore<int, ExplorerAtomics> reader = channel.Subscribe(BroadcastLag.Throw, lagged: null);
        var read = new List<int>();
        model.Thread("first writer", () => channel.TryWrite(1));
        model.Thread("second writer", () => channel.TryWrite(2));
        model.Thread("reader", () => read = ChannelScripts.Read(new PatientReader(reader), 2));
        model.AtEnd(() => Model.Require(read.Order().SequenceEqual([1, 2]) && !channel.HasWaiters, "Both items are read, each once."));
    });

    [Test]
    public void TwoReadsOfOneReaderGetDifferentItems() => ModelAssert.Sound(Strong, model => TwoReadsOfOneReader(model, Channel<ExplorerAtomics>(2)));

    [Test]
    public void TheEndMeetsAReadAndItsCompletion() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastChannelCore<int, ExplorerAtomics> channel = Channel<ExplorerAtomics>(2);
        BroadcastReaderCore<int, ExplorerAtomics> reader = channel.Subscribe(BroadcastLag.Skip, lagged: null);
        channel.TryWrite(1);
        var read = new List<int>();
        Task? completion = null;
        model.Thread("completer", () => channel.TryComplete(error: null));
        model.Thread("reader", () => ChannelScripts.ReadToEnd(reader, read));
        model.Thread("observer", () => completion = reader.Completion);
        model.AtEnd(() => Model.Require(read is [1] && completion!.IsCompletedSuccessfully && !channel.HasWaiters, "The item is read, then all is at the end."));
    });

    [Test]
    public void PlantedNoFenceLosesTheEnd() => ModelAssert.Found(Delaying, "ended", model => TheEndMeetsTheLastRead(model, Channel<FaultyAtomics<NoFence>>(2)));

    [Test]
    public void TheEndMeetsTheLastRead() => ModelAssert.Sound(Delaying, model => TheEndMeetsTheLastRead(model, Channel<ExplorerAtomics>(2)));

    [Test]
    public void CancelledWaitLosesNothing() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastChannelCore<int, ExplorerAtomics> channel = Channel<ExplorerAtomics>(2);
        BroadcastReaderCore<int, ExplorerAtomics> reader = channel.Subscribe(BroadcastLag.Throw, lagged: null);
        var source = new CancellationTokenSource();
        model.Shares(() => source.IsCancellationRequested);
        model.Thread("writer", () => channel.TryWrite(1));
        model.Thread("canceller", source.Cancel);
        model.Thread("reader", () =>
        {
            ValueTask<bool> wait = reader.WaitToReadAsync(source.Token);
            Model.WaitUntil(() => wait.IsCompleted);
            Model.Require(ChannelScripts.Read(new PatientReader(reader), 1) is [1], "A cancelled wait takes nothing away.");
        });
        model.AtEnd(() => Model.Require(!channel.HasWaiters, "Nobody waits."));
    });

    [Test]
    public void LeavingEndsAWait() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastChannelCore<int, ExplorerAtomics> channel = Channel<ExplorerAtomics>(2);
        BroadcastReaderCore<int, ExplorerAtomics> reader = channel.Subscribe(BroadcastLag.Skip, lagged: null);
        model.Thread("writer", () => channel.TryWrite(1));
        model.Thread("leaver", reader.Dispose);
        model.Thread("reader", () => ChannelScripts.Await(reader.WaitToReadAsync()));
        model.AtEnd(() => Model.Require(!channel.HasWaiters && !reader.TryRead(out _) && channel.ReaderCount == 0, "It has left."));
    });

    private static BroadcastChannelCore<int, TAtomics> Channel<TAtomics>(int capacity) where TAtomics : struct, IAtomics =>
        new(capacity, ContinuationScheduler.ThreadPool, mostSpins: 0);

    private static void Overtaking<TAtomics>(Model model, BroadcastChannelCore<int, TAtomics> channel, int items = 5) where TAtomics : struct, IAtomics
    {
        BroadcastReaderCore<int, TAtomics> reader = channel.Subscribe(BroadcastLag.Skip, lagged: null);
        model.Thread("writer", () =>
        {
            for (int item = 1; item <= items; item++) channel.TryWrite(item);
        });
        model.Thread("reader", () =>
        {
            long seen = 0;
            for (int i = 0; i < 2; i++)
            {
                if (!reader.TryRead(out int item, out long missed)) continue;
                seen += missed + 1;
                Model.Require(item == seen, "Each item is read whole and in its place, or counted as missed.");
            }

            Model.Require(reader.Position == seen && reader.Missed <= seen, "It stands after what it has read and missed.");
        });
    }

    private static void Waiting<TAtomics>(Model model, BroadcastChannelCore<int, TAtomics> channel) where TAtomics : struct, IAtomics
    {
        BroadcastReaderCore<int, TAtomics> reader = channel.Subscribe(BroadcastLag.Skip, lagged: null);
        model.Thread("writer", () => channel.TryWrite(1));
        model.Thread("reader", () => Model.Require(ChannelScripts.Read(new PatientReader(reader), 1) is [1], "The item is read."));
        model.AtEnd(() => Model.Require(!channel.HasWaiters, "Nobody waits."));
    }

    private static void TheEndMeetsTheLastRead<TAtomics>(Model model, BroadcastChannelCore<int, TAtomics> channel) where TAtomics : struct, IAtomics
    {
        BroadcastReaderCore<int, TAtomics> reader = channel.Subscribe(BroadcastLag.Skip, lagged: null);
        Task completion = reader.Completion;
        channel.TryWrite(1);
        model.Thread("reader", () => Model.Require(reader.TryRead(out _), "There is an item."));
        model.Thread("completer", () => channel.TryComplete(error: null));
        model.AtEnd(() => Model.Require(completion.IsCompletedSuccessfully, "It has ended."));
    }

    private static void TwoReadsOfOneReader<TAtomics>(Model model, BroadcastChannelCore<int, TAtomics> channel) where TAtomics : struct, IAtomics
    {
        BroadcastReaderCore<int, TAtomics> reader = channel.Subscribe(BroadcastLag.Skip, lagged: null);
        channel.TryWrite(1);
        channel.TryWrite(2);
        int first = 0;
        int second = 0;
        model.Thread("first", () => reader.TryRead(out first));
        model.Thread("second", () => reader.TryRead(out second));
        model.AtEnd(() => Model.Require(first + second == 3 && reader.Missed == 0, "Each item is read once."));
    }
}
