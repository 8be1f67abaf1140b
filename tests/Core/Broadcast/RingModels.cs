using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;
using static FastCore.Tests.Broadcast.Explorations;
using static FastCore.Tests.Broadcast.RingScripts;

namespace FastCore.Tests.Broadcast;

/// <summary>Every interleaving of the shipped engine in small programs, and the planted faults found in them first.</summary>
[TestFixture]
internal sealed class RingModels
{
    [Test]
    public void PlantedNoFenceLosesTheWakeUp([Values] RingPublishers publishers) =>
        ModelAssert.Found(Delaying, "lost wake-up", model => StreamOfOne(model, Ring<FaultyAtomics<NoFenceOfAllProcessors>>(publishers)));

    [Test]
    public void PlantedNoFenceLetsTheNewcomerBeOverrun() =>
        ModelAssert.Found(DelayingLess, "", model => Joining(model, Ring<FaultyAtomics<NoFenceOfAllProcessors>>(RingPublishers.One)));

    [Test]
    public void PlantedNoFenceLetsTheLeaverBeOverrun() =>
        ModelAssert.Found(DelayingLess, "Race", model => Leaving(model, Ring<FaultyAtomics<NoFenceOfAllProcessors>>(RingPublishers.One)));

    [Test]
    public void PlantedPublicationBeforeTheWriteIsFound([Values] RingPublishers publishers) =>
        ModelAssert.Found(Strong, "Race", model => StreamOfOne(model, Ring<FaultyAtomics<PublishFirst>>(publishers)));

    [Test]
    public void PlantedSplitClaimIsFound() => ModelAssert.Found(Strong, "", model => TwoPublishers(model, Ring<FaultyAtomics<SplitUpdates>>(RingPublishers.Many)));

    [Test]
    public void PlantedOpenGateIsFound() => ModelAssert.Found(Strong, "", model => Stream(model, Ring<FaultyAtomics<OpenGate>>(RingPublishers.One)));

    [Test]
    public void PlantedBlindPublisherOverwritesWhatIsRead([Values] RingPublishers publishers) =>
        ModelAssert.Found(Strong, "", model => Stream(model, Ring<FaultyAtomics<EmptyArrays>>(publishers)));

    [Test]
    public void SleepsAndWakes([Values] RingPublishers publishers) => ModelAssert.Sound(Delaying, model => StreamOfOne(model, Ring<ExplorerAtomics>(publishers)));

    [Test]
    public void WaitsBothWays([Values] RingPublishers publishers) => ModelAssert.Sound(Light, model => Stream(model, Ring<ExplorerAtomics>(publishers)));

    [Test]
    public void TwoPublishersBothReachTheConsumer() => ModelAssert.Sound(Strong, model => TwoPublishers(model, Ring<ExplorerAtomics>(RingPublishers.Many)));

    [Test]
    public void OneComesAfterTheOther([Values] RingPublishers publishers) => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(publishers);
        RingConsumerCore<int, ExplorerAtomics> first = ring.AddConsumer([]);
        RingConsumerCore<int, ExplorerAtomics> second = ring.AddConsumer([first]);
        model.Thread("publisher", () => PublishAll(ring, 1, 2));
        model.Thread("first", () => Model.Require(Read(first, 2) is [1, 2], "All items, in order."));
        model.Thread("second", () =>
        {
            Model.Require(Read(second, 2) is [1, 2], "All items, in order.");
            Model.Require(first.Position == 2, "Each only after the first has released it.");
        });
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    });

    [Test]
    public void WhoLeavesHoldsNobodyUp([Values] RingPublishers publishers) => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(publishers);
        RingConsumerCore<int, ExplorerAtomics> first = ring.AddConsumer([]);
        RingConsumerCore<int, ExplorerAtomics> second = ring.AddConsumer([first]);
        model.Thread("publisher", () => PublishAll(ring, 1, 2, 3));
        model.Thread("second", () => Model.Require(Read(second, 3) is [1, 2, 3], "All items, in order."));
        model.Thread("leaver", first.Dispose);
        model.AtEnd(() => Model.Require(!ring.HasWaiters && first.Completion.IsCompletedSuccessfully, "Nobody waits."));
    });

    /// <summary>Who slept behind the leaver sleeps behind the publisher from then on, and it must come to know of that.</summary>
    [Test]
    public void WhoLeavesHandsItsSleeperToThePublisher([Values] RingPublishers publishers) => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(publishers);
        RingConsumerCore<int, ExplorerAtomics> first = ring.AddConsumer([]);
        RingConsumerCore<int, ExplorerAtomics> second = ring.AddConsumer([first]);
        model.Thread("second", () => Model.Require(Read(second, 1) is [1], "The item is read."));
        model.Thread("leaver", first.Dispose);
        model.Thread("publisher", () => Model.Require(ring.TryPublish(1), "There is room."));
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    });

    [Test]
    public void LeavingMeetsARead() => ModelAssert.Sound(DelayingLess, model => Leaving(model, Ring<ExplorerAtomics>(RingPublishers.One)));

    [Test]
    public void LeavingMeetsAReadOfMany() => ModelAssert.Sound(DelayingLess, model => Leaving(model, Ring<ExplorerAtomics>(RingPublishers.Many)));

    [Test]
    public void JoiningMeetsPublications() => ModelAssert.Sound(DelayingLess, model => Joining(model, Ring<ExplorerAtomics>(RingPublishers.One)));

    [Test]
    public void JoiningMeetsPublicationsOfMany() => ModelAssert.Sound(Strong, model => Joining(model, Ring<ExplorerAtomics>(RingPublishers.Many)));

    /// <summary>A publisher is slow to compute a limit, while another and a consumer go on and a third joins.</summary>
    [Test]
    public void JoiningMeetsALimitThatIsBeingComputed() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(RingPublishers.Many);
        RingConsumerCore<int, ExplorerAtomics> old = ring.AddConsumer([]);
        RingConsumerCore<int, ExplorerAtomics>? newcomer = null;
        int published = 2;
        ring.TryPublish(1);
        ring.TryPublish(2);
        model.Thread("slow publisher", () =>
        {
            for (int i = 0; i < 2; i++) Publish(3);
        });
        model.Thread("newcomer", () => newcomer = ring.AddConsumer([]));
        model.Thread("other publisher and consumer", () =>
        {
            old.TryRead(out _);
            Publish(4);
            old.TryRead(out _);
            old.TryRead(out _);
        });
        model.AtEnd(() => Model.Require(published - newcomer!.Position <= ring.Capacity, "The publishers wait for the newcomer."));

        void Publish(int item)
        {
            if (ring.TryPublish(item)) published++;
        }
    });

    [Test]
    public void PlantedNoFenceLosesTheWakeUpOfADependent([Values] RingPublishers publishers) =>
        ModelAssert.Found(DelayingLess, "lost wake-up", model => ReleaseMeetsDependent(model, Ring<FaultyAtomics<NoFenceOfAllProcessors>>(publishers)));

    [Test]
    public void ReleaseMeetsASleepingDependent([Values] RingPublishers publishers) =>
        ModelAssert.Sound(DelayingLess, model => ReleaseMeetsDependent(model, Ring<ExplorerAtomics>(publishers)));

    [Test]
    public void PlantedNoFenceLosesTheWakeUpOfAPublisher([Values] RingPublishers publishers) =>
        ModelAssert.Found(DelayingLess, "lost wake-up", model => ReleaseMeetsPublisher(model, Ring<FaultyAtomics<NoFenceOfAllProcessors>>(publishers)));

    [Test]
    public void ReleaseMeetsASleepingPublisher([Values] RingPublishers publishers) =>
        ModelAssert.Sound(DelayingLess, model => ReleaseMeetsPublisher(model, Ring<ExplorerAtomics>(publishers)));

    [Test]
    public void PlantedNoFenceLosesTheEnd([Values] RingPublishers publishers) =>
        ModelAssert.Found(Delaying, "ended", model => TheEndMeetsTheLastRelease(model, Ring<FaultyAtomics<NoFenceOfAllProcessors>>(publishers)));

    [Test]
    public void TheEndMeetsTheLastRelease([Values] RingPublishers publishers) =>
        ModelAssert.Sound(Delaying, model => TheEndMeetsTheLastRelease(model, Ring<ExplorerAtomics>(publishers)));

    [Test]
    public void OneOfTwoInFrontLeaves([Values] RingPublishers publishers) => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(publishers);
        RingConsumerCore<int, ExplorerAtomics> leaving = ring.AddConsumer([]);
        RingConsumerCore<int, ExplorerAtomics> staying = ring.AddConsumer([]);
        RingConsumerCore<int, ExplorerAtomics> last = ring.AddConsumer([leaving, staying]);
        model.Thread("last", () =>
        {
            Model.Require(Read(last, 1) is [1], "The item is read.");
            Model.Require(staying.Position == 1, "It was released by the one that stays.");
        });
        model.Thread("leaver", leaving.Dispose);
        model.Thread("publisher and the one that stays", () => Model.Require(ring.TryPublish(1) && staying.TryRead(out _), "There is room, then an item."));
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    });

    [Test]
    public void TwoPublishersWaitForRoom() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(RingPublishers.Many);
        RingConsumerCore<int, ExplorerAtomics> consumer = ring.AddConsumer([]);
        ring.TryPublishBatch([1, 2]);
        model.Thread("first publisher", () => PublishAll(ring, 3));
        model.Thread("second publisher", () => PublishAll(ring, 4));
        model.Thread("consumer", () => Model.Require(consumer.TryReadBatch(new int[2]) == 2, "Two items."));
        model.AtEnd(() => Model.Require(!ring.HasWaiters && consumer.Count == 2, "Both have published."));
    });

    [Test]
    public void TheEndMeetsAPublisherThatWaitsForRoom() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(RingPublishers.Many);
        RingConsumerCore<int, ExplorerAtomics> consumer = ring.AddConsumer([]);
        ring.TryPublishBatch([1, 2]);
        bool published = false;
        model.Thread("publisher", () =>
        {
            if (ChannelScripts.Await(ring.WaitAsync(Room(ring), default))) published = ring.TryPublish(3);
        });
        model.Thread("completer", () => ring.TryComplete(error: null));
        model.Thread("leaver", consumer.Dispose);
        model.AtEnd(() => Model.Require(!ring.HasWaiters && ring.End == (published ? 3 : 2), "It has published before the end, or not at all."));
    });

    [Test]
    public void CancelledWaitLosesNothing([Values] RingPublishers publishers) => ModelAssert.Sound(Strong, model => CancelledWait(model, Ring<ExplorerAtomics>(publishers)));

    [Test]
    public void CancelledWaitForRoomIsForgotten([Values] RingPublishers publishers) => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(publishers);
        RingConsumerCore<int, ExplorerAtomics> consumer = ring.AddConsumer([]);
        ring.TryPublish(1);
        ring.TryPublish(2);
        var source = new CancellationTokenSource();
        model.Shares(() => source.IsCancellationRequested);
        model.Thread("publisher", () =>
        {
            ValueTask<bool> wait = ring.WaitAsync(Room(ring), source.Token);
            Model.WaitUntil(() => wait.IsCompleted);
            PublishAll(ring, 3);
        });
        model.Thread("consumer", () => Model.Require(Read(consumer, 1) is [1], "The first item."));
        model.Thread("canceller", source.Cancel);
        model.AtEnd(() => Model.Require(!ring.HasWaiters && Read(consumer, 2) is [2, 3], "Nothing is lost."));
    });

    [Test]
    public void TheEndComesAfterTheLastItem([Values] RingPublishers publishers) => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(publishers);
        RingConsumerCore<int, ExplorerAtomics> first = ring.AddConsumer([]);
        RingConsumerCore<int, ExplorerAtomics> second = ring.AddConsumer([first]);
        model.Thread("publisher", () =>
        {
            PublishAll(ring, 1);
            ring.TryComplete(error: null);
            Model.Require(!ring.TryPublish(2), "It is completed.");
        });
        model.Thread("first", () => ReadToEnd(first));
        model.Thread("second", () => ReadToEnd(second));
        model.AtEnd(() => Model.Require(!ring.HasWaiters && first.Completion.IsCompletedSuccessfully && second.Completion.IsCompletedSuccessfully, "Both have ended."));
    });

    [Test]
    public void TheEndMeetsAnotherPublisher() => ModelAssert.Sound(Strong, model =>
    {
        BroadcastRingCore<int, ExplorerAtomics> ring = Ring<ExplorerAtomics>(RingPublishers.Many);
        RingConsumerCore<int, ExplorerAtomics> consumer = ring.AddConsumer([]);
        bool published = false;
        var read = new List<int>();
        model.Thread("publisher", () => published = ring.TryPublish(1));
        model.Thread("completer", () => ring.TryComplete(error: null));
        model.Thread("consumer", () => ChannelScripts.ReadToEnd(consumer, read));
        model.AtEnd(() => Model.Require(read.Count == (published ? 1 : 0) && !ring.HasWaiters, "What was published is read, and nothing else."));
    });

    private static void ReadToEnd(RingConsumer<int> consumer)
    {
        var read = new List<int>();
        ChannelScripts.ReadToEnd(consumer, read);
        Model.Require(read is [1], "The item comes before the end.");
    }

    private static void StreamOfOne<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> consumer = ring.AddConsumer([]);
        model.Thread("publisher", () => Model.Require(ring.TryPublish(1), "There is room."));
        model.Thread("consumer", () => Model.Require(Read(consumer, 1) is [1], "The item is read."));
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    }

    private static void ReleaseMeetsDependent<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> first = ring.AddConsumer([]);
        RingConsumerCore<int, TAtomics> second = ring.AddConsumer([first]);
        ring.TryPublish(1);
        model.Thread("first", () => Model.Require(first.TryRead(out _), "There is an item."));
        model.Thread("second", () => Model.Require(Read(second, 1) is [1], "The item is read."));
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    }

    private static void ReleaseMeetsPublisher<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> consumer = ring.AddConsumer([]);
        ring.TryPublishBatch([1, 2]);
        model.Thread("publisher", () => PublishAll(ring, 3));
        model.Thread("consumer", () => Model.Require(consumer.TryRead(out _), "There is an item."));
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    }

    private static void TheEndMeetsTheLastRelease<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> consumer = ring.AddConsumer([]);
        ring.TryPublish(1);
        model.Thread("consumer", () => Model.Require(consumer.TryRead(out _), "There is an item."));
        model.Thread("publisher", () => ring.TryComplete(error: null));
        model.AtEnd(() => Model.Require(consumer.Completion.IsCompletedSuccessfully, "It has ended."));
    }

    private static void Stream<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> first = ring.AddConsumer([]);
        RingConsumerCore<int, TAtomics> second = ring.AddConsumer([]);
        model.Thread("publisher", () => PublishAll(ring, 1, 2, 3));
        model.Thread("first", () => Model.Require(Read(first, 3) is [1, 2, 3], "All items, in order."));
        model.Thread("second", () => Model.Require(Read(second, 3) is [1, 2, 3], "All items, in order."));
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    }

    private static void TwoPublishers<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> consumer = ring.AddConsumer([]);
        model.Thread("first publisher", () => PublishAll(ring, 1, 2));
        model.Thread("second publisher", () => PublishAll(ring, 3));
        model.Thread("consumer", () =>
        {
            List<int> read = Read(consumer, 3);
            Model.Require(read.Order().SequenceEqual([1, 2, 3]) && read.IndexOf(1) < read.IndexOf(2), "Each item once, in the order of its publisher.");
        });
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    }

    private static void CancelledWait<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> consumer = ring.AddConsumer([]);
        var source = new CancellationTokenSource();
        model.Shares(() => source.IsCancellationRequested);
        model.Thread("publisher", () => PublishAll(ring, 1));
        model.Thread("canceller", source.Cancel);
        model.Thread("consumer", () =>
        {
            ValueTask<bool> wait = consumer.WaitToReadAsync(source.Token);
            Model.WaitUntil(() => wait.IsCompleted);
            Model.Require(Read(consumer, 1) is [1], "A cancelled wait takes nothing away.");
        });
        model.AtEnd(() => Model.Require(!ring.HasWaiters, "Nobody waits."));
    }

    /// <summary>A consumer is made to leave while it reads; the publisher goes on, over its slot too.</summary>
    private static void Leaving<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        RingConsumerCore<int, TAtomics> consumer = ring.AddConsumer([]);
        ring.TryPublish(1);
        ring.TryPublish(2);
        model.Thread("publisher", () => ring.TryPublish(3));
        model.Thread("consumer", () => Model.Require(!consumer.TryRead(out int item) || item == 1, "It reads its next item, or has left."));
        model.Thread("leaver", consumer.Dispose);
        model.AtEnd(() => Model.Require(!consumer.TryRead(out _) && consumer.Count == 0, "It has left."));
    }

    /// <summary>A consumer joins while a publisher laps the ring without looking.</summary>
    private static void Joining<TAtomics>(Model model, BroadcastRingCore<int, TAtomics> ring) where TAtomics : struct, IAtomics
    {
        ring.TryPublish(1);
        int published = 1;
        model.Thread("publisher", () =>
        {
            while (published < 4 && ring.TryPublish(published + 1)) published++;
        });
        RingConsumerCore<int, TAtomics>? consumer = null;
        long start = 0;
        model.Thread("newcomer", () =>
        {
            consumer = ring.AddConsumer([]);
            start = consumer.Position;
            Model.Require(!consumer.TryRead(out int item) || item == start + 1, "It sees the first item claimed after it joined.");
        });
        model.AtEnd(() => Model.Require(start <= published && published - consumer!.Position <= ring.Capacity, "The publisher waits for it."));
    }
}
