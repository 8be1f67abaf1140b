using System.Threading.Channels;
using FastCore.Channels.Queues;
using FastCore.Tests.Explorer;
using static FastCore.Tests.Channels.ChannelScripts;

namespace FastCore.Tests.Channels;

/// <summary>Channels of which one side is one thread's and the other is shared.</summary>
internal sealed partial class ChannelModels
{
    [Test]
    public void PlantedNoFenceIsFoundWithOneReader() =>
        ModelAssert.Found(Delaying, "lost wake-up", model => WriterSleeps(model, ModelChannels<FaultyAtomics<NoFence>>.Bounded<ManyToOne>(1)));

    [Test]
    public void PlantedNoFenceIsFoundWithOneWriter() =>
        ModelAssert.Found(Delaying, "lost wake-up", model => StreamOfOne(model, ModelChannels<FaultyAtomics<NoFence>>.Bounded<OneToMany>(1)));

    [Test]
    public void PlantedNoFenceOfAllProcessorsIsFoundWithOneReader() =>
        ModelAssert.Found(Delaying, "lost wake-up", model => WriterSleeps(model, Unfenced(ModelChannels<FaultyAtomics<NoFenceOfAllProcessors>>.Bounded<ManyToOne>(1))));

    [Test]
    public void PlantedNoFenceOfAllProcessorsIsFoundWithOneWriter() =>
        ModelAssert.Found(Delaying, "lost wake-up", model => StreamOfOne(model, Unfenced(ModelChannels<FaultyAtomics<NoFenceOfAllProcessors>>.Bounded<OneToMany>(1))));

    [Test]
    public void OneReaderSleepsAndWakes() => ModelAssert.Sound(Delaying, model => StreamOfOne(model, ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(1)));

    [Test]
    public void OneReaderWakesItsWriter() => ModelAssert.Sound(Delaying, model => WriterSleeps(model, ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(1)));

    [Test]
    public void OneReaderWakesItsWriterUnfenced() =>
        ModelAssert.Sound(Delaying, model => WriterSleeps(model, Unfenced(ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(1))));

    [Test]
    public void OneReaderWaitsBothWays() => ModelAssert.Sound(DelayingLess, model => Stream(model, ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(1)));

    [Test]
    public void OneWriterSleepsAndWakes() => ModelAssert.Sound(Delaying, model => StreamOfOne(model, ModelChannels<ExplorerAtomics>.Bounded<OneToMany>(1)));

    [Test]
    public void OneWriterSleepsAndWakesUnfenced() =>
        ModelAssert.Sound(Delaying, model => StreamOfOne(model, Unfenced(ModelChannels<ExplorerAtomics>.Bounded<OneToMany>(1))));

    [Test]
    public void OneWriterWaitsBothWays() => ModelAssert.Sound(DelayingLess, model => Stream(model, ModelChannels<ExplorerAtomics>.Bounded<OneToMany>(1)));

    [Test]
    public void OneReaderUsesItsRingsAgain() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.Unbounded<ManyToOne>(largestRing: 1)));

    [Test]
    public void OneWriterUsesItsRingsAgain() => ModelAssert.Sound(Strong, model => Stream(model, ModelChannels<ExplorerAtomics>.Unbounded<OneToMany>(largestRing: 1)));

    [Test]
    public void OneReaderOfTwoWriters() => ModelAssert.Sound(StrongMerging, model => TwoWritersOneReader(model, ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(1)));

    [Test]
    public void OneReaderOfTwoWritersUnbounded() => ModelAssert.Sound(StrongMerging, model => TwoWritersOneReader(model, ModelChannels<ExplorerAtomics>.Unbounded<ManyToOne>()));

    [Test]
    public void OneWriterForTwoReaders() => ModelAssert.Sound(StrongMerging, model => TwoReadersOneWriter(model, ModelChannels<ExplorerAtomics>.Bounded<OneToMany>(1)));

    [Test]
    public void OneWriterForTwoReadersUnbounded() => ModelAssert.Sound(StrongMerging, model => TwoReadersOneWriter(model, ModelChannels<ExplorerAtomics>.Unbounded<OneToMany>()));

    [Test]
    public void CancelledReadOfOneReader() => ModelAssert.Sound(DelayingLess, model => CancelledRead(model, ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(1)));

    [Test]
    public void CancelledReadOfOneWriter() => ModelAssert.Sound(DelayingLess, model => CancelledRead(model, ModelChannels<ExplorerAtomics>.Bounded<OneToMany>(1)));

    [Test]
    public void CancelledWriteOfOneReader() => ModelAssert.Sound(DelayingLess, model => CancelledWrite(model, ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(1)));

    [Test]
    public void CancelledWriteOfOneWriter() => ModelAssert.Sound(DelayingLess, model => CancelledWrite(model, ModelChannels<ExplorerAtomics>.Bounded<OneToMany>(1)));

    [Test]
    public void ClosingMeetsAWriteOfOneReader() => ModelAssert.Sound(DelayingLess, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.Bounded<ManyToOne>(2), writes: 1));

    [Test]
    public void ClosingMeetsAWriteOfOneWriter() => ModelAssert.Sound(DelayingLess, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.Bounded<OneToMany>(2), writes: 1));

    [Test]
    public void ClosingMeetsWritesOfOneWriterUnbounded() => ModelAssert.Sound(StrongMerging, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.Unbounded<OneToMany>()));

    /// <summary>A full channel: one item read against one sleeping writer.</summary>
    private static void WriterSleeps(Model model, Channel<int> channel)
    {
        Model.Require(channel.Writer.TryWrite(1), "There is room.");
        model.Thread("reader", () => Model.Require(channel.Reader.TryRead(out int item) && item == 1, "There is an item."));
        model.Thread("writer", () => WriteAll(channel, 2));
        model.AtEnd(() => Model.Require(channel.Reader.TryRead(out int item) && item == 2, "The item was written."));
    }
}
