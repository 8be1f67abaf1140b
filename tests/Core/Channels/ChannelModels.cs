using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Tests.Explorer;
using static FastCore.Tests.Channels.ChannelScripts;

namespace FastCore.Tests.Channels;

/// <summary>Every interleaving of the shipped engine in small programs, and the planted faults found in them first.</summary>
[TestFixture]
internal sealed partial class ChannelModels
{
    private static readonly ModelChecker Strong = new() { Preemptions = 2 };

    /// <summary>The same where many paths meet. The lists under the gate are plain, so most models are explored without merging.</summary>
    private static readonly ModelChecker StrongMerging = new() { Preemptions = 2, Merges = true };

    /// <summary>Stores may be delayed as on x86: what a missing fence needs to show.</summary>
    private static readonly ModelChecker Delaying = new() { Preemptions = 2, DelayedStores = 1, Merges = true };

    /// <summary>The same for programs too long for two preemptions.</summary>
    private static readonly ModelChecker DelayingLess = new() { Preemptions = 1, DelayedStores = 1, Merges = true };

    [Test]
    public void PlantedNoFenceIsFound() =>
        ModelAssert.Found(Delaying, "lost wake-up", model => StreamOfOne(model, ModelChannels<FaultyAtomics<NoFence>>.SpscBounded(1)));

    [Test]
    public void PlantedNoFenceOfAllProcessorsIsFound() =>
        ModelAssert.Found(Delaying, "lost wake-up", model => StreamOfOne(model, Unfenced(ModelChannels<FaultyAtomics<NoFenceOfAllProcessors>>.SpscBounded(1))));

    [Test]
    public void PlantedOpenGateIsFoundInSpsc() =>
        ModelAssert.Found(Strong, "", model => CancelledRead(model, ModelChannels<FaultyAtomics<OpenGate>>.SpscBounded(1)));

    [Test]
    public void PlantedOpenGateIsFoundInMpmc() =>
        ModelAssert.Found(Strong, "", model => CancelledRead(model, ModelChannels<FaultyAtomics<OpenGate>>.Bounded(1)));

    [Test]
    public void SpscSleepsAndWakes() => ModelAssert.Sound(Delaying, model => StreamOfOne(model, ModelChannels<ExplorerAtomics>.SpscBounded(1)));

    [Test]
    public void SpscSleepsAndWakesUnfenced() => ModelAssert.Sound(Delaying, model => StreamOfOne(model, Unfenced(ModelChannels<ExplorerAtomics>.SpscBounded(1))));

    [Test]
    public void SpscWaitsBothWays() => ModelAssert.Sound(DelayingLess, model => Stream(model, ModelChannels<ExplorerAtomics>.SpscBounded(1)));

    [Test]
    public void SpscUnboundedGrows() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.SpscUnbounded()));

    [Test]
    public void SpscUnboundedSleepsAndWakes() => ModelAssert.Sound(Delaying, model => StreamOfOne(model, ModelChannels<ExplorerAtomics>.SpscUnbounded()));

    [Test]
    public void BoundedSleepsAndWakes() => ModelAssert.Sound(Delaying, model => StreamOfOne(model, ModelChannels<ExplorerAtomics>.Bounded(1)));

    [Test]
    public void BoundedWaitsBothWays() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.Bounded(1)));

    [Test]
    public void UnboundedGrows() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.Unbounded()));

    /// <summary>Rings of one item, so that each is left, kept and linked again.</summary>
    [Test]
    public void SpscUnboundedUsesItsRingsAgain() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.SpscUnbounded(largestRing: 1)));

    /// <inheritdoc cref="SpscUnboundedUsesItsRingsAgain"/>
    [Test]
    public void UnboundedUsesItsRingsAgain() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.Unbounded(largestRing: 1)));

    /// <summary>Readers that hold a ring while it is left and linked again still read in order.</summary>
    [Test]
    public void RingsUsedAgainKeepTheOrder() => ModelAssert.Sound(StrongMerging, RingsUsedAgain<ExplorerAtomics>);

    /// <summary>Two writers, one of which links a new ring while the other finds it.</summary>
    [Test]
    public void TwoWritersMeetInANewRing() => ModelAssert.Sound(Strong, model =>
    {
        FastChannel<int> channel = ModelChannels<ExplorerAtomics>.Unbounded(largestRing: 2);
        model.Thread("first writer", () => WriteAll(channel, 1, 2));
        model.Thread("second writer", () => WriteAll(channel, 3, 4));
        model.AtEnd(() =>
        {
            var read = new List<int>();
            while (channel.Reader.TryRead(out int item)) read.Add(item);
            Model.Require(read.Order().SequenceEqual([1, 2, 3, 4]), "Each item is read once.");
        });
    });

    /// <summary>A full channel that drops its oldest item is never seen empty.</summary>
    [Test]
    public void DroppingTheOldestIsOneStep() => ModelAssert.Sound(Strong, model =>
    {
        FastChannel<int> channel = ModelChannels<ExplorerAtomics>.Dropping(1, BoundedChannelFullMode.DropOldest);
        channel.Writer.TryWrite(1);
        model.Thread("writer", () => channel.Writer.TryWrite(2));
        model.Thread("reader", () => Model.Require(channel.Reader.Count == 1, "There is an item all the time."));
        model.AtEnd(() => Model.Require(channel.Reader.TryRead(out int item) && item == 2, "The newest is left."));
    });

    /// <summary>A reader's look is so old that the ring it found empty was left, linked again and filled, and is the last one now.</summary>
    [Test]
    public void AnOldLookLeavesNoRingInUse() => ModelAssert.Sound(new ModelChecker { Preemptions = 3, Merges = true }, model =>
    {
        FastChannel<int> channel = ModelChannels<ExplorerAtomics>.Unbounded(largestRing: 1);
        var read = new List<int>();
        int? stolen = null;
        model.Thread("writer and reader", () =>
        {
            WriteThenRead(1, 2);
            WriteThenRead(3, 4);
            WriteThenRead(5, 6);
        });
        model.Thread("slow reader", () => stolen = channel.Reader.TryRead(out int item) ? item : null);
        model.AtEnd(() =>
        {
            TryRead();
            TryRead();
            Model.Require(read.SequenceEqual(read.Order()), "In order.");
            Model.Require((stolen is { } one ? read.Append(one) : read).Order().SequenceEqual([1, 2, 3, 4, 5, 6]), "Each item is read once.");
        });

        void WriteThenRead(int first, int second)
        {
            channel.Writer.TryWrite(first);
            channel.Writer.TryWrite(second);
            TryRead();
            TryRead();
        }

        void TryRead()
        {
            if (channel.Reader.TryRead(out int item)) read.Add(item);
        }
    });

    [Test]
    public void LimitedKeepsItsLimit() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.Limited(1)));

    [Test]
    public void DroppingWakesItsReader() => ModelAssert.Sound(Strong, model =>
    {
        var dropped = new List<int>();
        Channel<int> channel = ModelChannels<ExplorerAtomics>.Dropping(1, BoundedChannelFullMode.DropOldest, dropped.Add);
        var read = new List<int>();
        model.Thread("writer", () =>
        {
            WriteAll(channel, 1, 2);
            channel.Writer.TryComplete();
        });
        model.Thread("reader", () => ReadToEnd(channel, read));
        model.AtEnd(() => Model.Require(read.Concat(dropped).Order().SequenceEqual([1, 2]) && read[^1] == 2, "Each item is read or dropped, and the newest is read."));
    });

    [Test]
    public void RendezvousWaitsBothWays() => ModelAssert.Sound(Strong, model =>
    {
        // One side must offer: two that only wait for each other to do so would wait for ever, as in the stock channel.
        Channel<int> channel = ModelChannels<ExplorerAtomics>.Rendezvous();
        List<int> read = [];
        model.Thread("writer", () =>
        {
            WriteAll(channel, 1, 2);
            channel.Writer.TryComplete();
        });
        model.Thread("reader", () =>
        {
            read = Read(channel, 1);
            ReadToEnd(channel, read);
        });
        model.AtEnd(() => Model.Require(read is [1, 2], "All items are read in order."));
    });

    [Test]
    public void RendezvousSleepsAndWakes() => ModelAssert.Sound(Delaying, model =>
    {
        Channel<int> channel = ModelChannels<ExplorerAtomics>.Rendezvous();
        List<int> read = [];
        model.Thread("writer", () => WriteAll(channel, 1));
        model.Thread("reader", () => read = Read(channel, 1));
        model.AtEnd(() => Model.Require(read is [1], "The item is read."));
    });

    [Test]
    public void CancelledHandOverOfRendezvous() => ModelAssert.Sound(Strong, model => CancelledHandOver(model, ModelChannels<ExplorerAtomics>.Rendezvous()));

    [Test]
    public void PrioritizedSleepsAndWakes() => ModelAssert.Sound(Delaying, model => StreamOfOne(model, ModelChannels<ExplorerAtomics>.Prioritized(1)));

    [Test]
    public void PrioritizedWaitsBothWays() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.Prioritized(1)));

    [TestCase(1)]
    [TestCase(0)]
    [TestCase(null)]
    public void TwoWritersOneReader(int? capacity) => ModelAssert.Sound(Strong, model => TwoWritersOneReader(model, capacity switch
    {
        null => ModelChannels<ExplorerAtomics>.Unbounded(),
        0 => ModelChannels<ExplorerAtomics>.Rendezvous(),
        { } some => ModelChannels<ExplorerAtomics>.Bounded(some),
    }));

    [Test]
    public void TwoReadersOneWriter() => ModelAssert.Sound(Strong, model => TwoReadersOneWriter(model, ModelChannels<ExplorerAtomics>.Bounded(1)));

    [Test]
    public void CancelledReadOfSpsc() => ModelAssert.Sound(DelayingLess, model => CancelledRead(model, ModelChannels<ExplorerAtomics>.SpscBounded(1)));

    [Test]
    public void CancelledReadOfBounded() => ModelAssert.Sound(Strong, model => CancelledRead(model, ModelChannels<ExplorerAtomics>.Bounded(1)));

    [Test]
    public void CancelledReadLeavesTheItemToAnother() => ModelAssert.Sound(Strong, model =>
    {
        Channel<int> channel = ModelChannels<ExplorerAtomics>.Bounded(1);
        var source = new CancellationTokenSource();
        int? first = null;
        ValueTask<int> second = default;
        model.Thread("reader", () => first = ReadOrCancel(channel, source.Token));
        model.Thread("other reader and writer", () =>
        {
            second = channel.Reader.ReadAsync();
            channel.Writer.TryWrite(7);
        });
        model.Thread("canceller", source.Cancel);
        model.AtEnd(() =>
        {
            bool secondHas = second.IsCompletedSuccessfully && second.Result == 7;
            Model.Require(first is null or 7, "A read yields the item or is cancelled.");
            Model.Require((first is not null) != secondHas, "Exactly one has the item; nobody sleeps beside it.");
        });
    });

    [Test]
    public void CancelledWriteOfSpsc() => ModelAssert.Sound(DelayingLess, model => CancelledWrite(model, ModelChannels<ExplorerAtomics>.SpscBounded(1)));

    [Test]
    public void CancelledWriteOfBounded() => ModelAssert.Sound(Strong, model => CancelledWrite(model, ModelChannels<ExplorerAtomics>.Bounded(1)));

    [Test]
    public void ClosingMeetsAWriteOfSpsc() => ModelAssert.Sound(DelayingLess, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.SpscBounded(2), writes: 1));

    [Test]
    public void ClosingMeetsWritesOfSpsc() => ModelAssert.Sound(Strong, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.SpscBounded(2)));

    [Test]
    public void ClosingMeetsWritesOfSpscUnbounded() => ModelAssert.Sound(StrongMerging, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.SpscUnbounded()));

    [Test]
    public void PlantedNoFenceIsFoundInClosing() =>
        ModelAssert.Found(DelayingLess, "", model => ClosingMeetsAWrite(model, ModelChannels<FaultyAtomics<NoFenceOfAllProcessors>>.SpscBounded(2), writes: 1));

    [Test]
    public void ClosingMeetsAWriteOfBounded() => ModelAssert.Sound(Strong, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.Bounded(2)));

    [Test]
    public void ClosingMeetsAWriteOfUnbounded() => ModelAssert.Sound(StrongMerging, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.Unbounded()));

    [Test]
    public void ClosingMeetsAWriteOfLimited() => ModelAssert.Sound(StrongMerging, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.Limited(2)));

    private static void RingsUsedAgain<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        FastChannel<int> channel = ModelChannels<TAtomics>.Unbounded(largestRing: 1);
        var first = new List<int>();
        var second = new List<int>();
        model.Thread("writer", () =>
        {
            for (int item = 1; item <= 4; item++) channel.Writer.TryWrite(item);
        });
        model.Thread("first reader", () => Try(first));
        model.Thread("second reader", () => Try(second));
        model.AtEnd(() =>
        {
            var left = new List<int>();
            while (channel.Reader.TryRead(out int item)) left.Add(item);
            Model.Require(first.SequenceEqual(first.Order()) && second.SequenceEqual(second.Order()), "Each reader reads in order.");
            Model.Require(first.Concat(second).Concat(left).Order().SequenceEqual([1, 2, 3, 4]), "Each item is read once.");
            Model.Require(left.All(item => first.Concat(second).All(read => read < item)), "What is left is what came last.");
        });

        void Try(List<int> into)
        {
            for (int i = 0; i < 2; i++)
            {
                if (channel.Reader.TryRead(out int item)) into.Add(item);
            }
        }
    }

    /// <summary>One item against one sleeping reader.</summary>
    private static void StreamOfOne(Model model, Channel<int> channel)
    {
        List<int> read = [];
        model.Thread("writer", () => Model.Require(channel.Writer.TryWrite(1), "There is room."));
        model.Thread("reader", () => read = Read(channel, 1));
        model.AtEnd(() => Model.Require(read is [1], "The item is read."));
    }

    /// <summary>A first item, already read, has made the channel unfenced.</summary>
    private static Channel<int> Unfenced(Channel<int> channel)
    {
        Model.Require(channel.Writer.TryWrite(0) && channel.Reader.TryRead(out _), "There is room, then an item.");
        return channel;
    }

    /// <summary>Both sides wait for each other, by both ways of waiting, to the end.</summary>
    private static void Stream(Model model, Channel<int> channel)
    {
        List<int> read = [];
        model.Thread("writer", () =>
        {
            WriteAll(channel, 1, 2);
            WriteAllByWaiting(channel, 3);
            channel.Writer.TryComplete();
        });
        model.Thread("reader", () =>
        {
            read = Read(channel, 1);
            ReadToEnd(channel, read);
        });
        model.AtEnd(() =>
        {
            Model.Require(read is [1, 2, 3], "All items are read in order.");
            Model.Require(channel.Reader.Completion.IsCompletedSuccessfully, "The channel has ended.");
        });
    }

    private static void TwoWritersOneReader(Model model, Channel<int> channel)
    {
        List<int> read = [];
        model.Thread("first writer", () => WriteAll(channel, 1));
        model.Thread("second writer", () => WriteAll(channel, 2));
        model.Thread("reader", () => read = Read(channel, 2));
        model.AtEnd(() => Model.Require(read.Order().SequenceEqual([1, 2]), "Both items are read, each once."));
    }

    private static void TwoReadersOneWriter(Model model, Channel<int> channel)
    {
        var first = new List<int>();
        var second = new List<int>();
        model.Thread("first reader", () => ReadToEnd(channel, first));
        model.Thread("second reader", () => ReadToEnd(channel, second));
        model.Thread("writer", () =>
        {
            WriteAllByWaiting(channel, 1);
            channel.Writer.TryComplete();
        });
        model.AtEnd(() => Model.Require(first.Concat(second).SequenceEqual([1]), "The item is read once, and both come to the end."));
    }

    private static void CancelledRead(Model model, Channel<int> channel)
    {
        var source = new CancellationTokenSource();
        model.Shares(() => source.IsCancellationRequested);
        int? read = null;
        model.Thread("reader", () => read = ReadOrCancel(channel, source.Token) ?? Await(channel.Reader.ReadAsync()));
        model.Thread("writer", () => Model.Require(channel.Writer.TryWrite(7), "There is room."));
        model.Thread("canceller", source.Cancel);
        model.AtEnd(() => Model.Require(read == 7, "The item goes to the first read or, if that was cancelled, to the second."));
    }

    /// <summary>The writer's item goes to the first read or the second; if the write is what was cancelled, to nobody.</summary>
    private static void CancelledHandOver(Model model, Channel<int> channel)
    {
        var source = new CancellationTokenSource();
        model.Shares(() => source.IsCancellationRequested);
        int? read = null;
        bool isEnd = false;
        model.Thread("reader", () =>
        {
            read = ReadOrCancel(channel, source.Token);
            isEnd = read is null;
        });
        bool written = false;
        model.Thread("writer", () =>
        {
            ValueTask write = channel.Writer.WriteAsync(7, source.Token);
            Model.WaitUntil(() => write.IsCompleted);
            written = write.IsCompletedSuccessfully;
        });
        model.Thread("canceller", source.Cancel);
        model.AtEnd(() => Model.Require((read == 7) == written && isEnd != written, "An item was handed over, or neither side says so."));
    }

    private static void CancelledWrite(Model model, Channel<int> channel)
    {
        var source = new CancellationTokenSource();
        model.Shares(() => source.IsCancellationRequested);
        bool cancelled = false;
        List<int> read = [];
        channel.Writer.TryWrite(1);
        model.Thread("writer", () =>
        {
            ValueTask write = channel.Writer.WriteAsync(2, source.Token);
            Model.WaitUntil(() => write.IsCompleted);
            cancelled = write.IsCanceled;
            WriteAll(channel, 3);
        });
        model.Thread("reader", () => read = Read(channel, 2));
        model.Thread("canceller", source.Cancel);
        model.AtEnd(() =>
        {
            if (channel.Reader.TryRead(out int last)) read.Add(last);
            Model.Require(read.SequenceEqual(cancelled ? [1, 3] : [1, 2, 3]), "A cancelled write has not written, any other has.");
        });
    }

    private static void ClosingMeetsAWrite(Model model, Channel<int> channel, int writes = 2)
    {
        var accepted = new List<int>();
        var read = new List<int>();
        model.Thread("writer", () =>
        {
            for (int item = 1; item <= writes; item++)
            {
                if (channel.Writer.TryWrite(item)) accepted.Add(item);
            }
        });
        model.Thread("closer", () => channel.Writer.TryComplete());
        model.Thread("reader", () =>
        {
            ReadToEnd(channel, read);
            Model.Require(channel.Reader.Completion.IsCompletedSuccessfully, "The end is told after Completion is.");
        });
        model.AtEnd(() => Model.Require(read.SequenceEqual(accepted), "What was accepted is read, and nothing else."));
    }
}
