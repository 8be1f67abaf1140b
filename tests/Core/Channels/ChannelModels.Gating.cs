using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Waiting;
using FastCore.Tests.Explorer;
using static FastCore.Tests.Channels.ChannelScripts;

namespace FastCore.Tests.Channels;

/// <summary>Channels of one item, whose queue is used at the gate only; and the pool of waiters, which is used beside it too.</summary>
internal sealed partial class ChannelModels
{
    [Test]
    public void PlantedOpenGateIsFoundInGated() =>
        ModelAssert.Found(Strong, "", model => CancelledRead(model, ModelChannels<FaultyAtomics<OpenGate>>.Gated()));

    [Test]
    public void PlantedOpenGateIsFoundInGatedWriters() =>
        ModelAssert.Found(Strong, "", model => TwoWritersOneReader(model, ModelChannels<FaultyAtomics<OpenGate>>.Gated()));

    [Test]
    public void GatedSleepsAndWakes([Values] bool alone) => ModelAssert.Sound(Delaying, model => StreamOfOne(model, Gated(alone)));

    [Test]
    public void GatedWakesItsWriter([Values] bool alone) => ModelAssert.Sound(Delaying, model => WriterSleeps(model, Gated(alone)));

    [Test]
    public void GatedWaitsBothWays([Values] bool alone) => ModelAssert.Sound(Strong, model => Stream(model, Gated(alone)));

    [Test]
    public void GatedWaitsBothWaysWithDelayedStores() => ModelAssert.Sound(DelayingLess, model => Stream(model, Gated(alone: true)));

    [Test]
    public void GatedTwoWritersOneReader() => ModelAssert.Sound(Strong, model => TwoWritersOneReader(model, Gated(alone: false)));

    [Test]
    public void GatedTwoReadersOneWriter() => ModelAssert.Sound(Strong, model => TwoReadersOneWriter(model, Gated(alone: false)));

    [Test]
    public void CancelledReadOfGated() => ModelAssert.Sound(Strong, model => CancelledRead(model, Gated(alone: false)));

    [Test]
    public void CancelledWriteOfGated() => ModelAssert.Sound(Strong, model => CancelledWrite(model, Gated(alone: false)));

    [Test]
    public void ClosingMeetsAWriteOfGated() => ModelAssert.Sound(Strong, model => ClosingMeetsAWrite(model, ModelChannels<ExplorerAtomics>.Gated(2)));

    /// <summary>One side in place, the other by waiting.</summary>
    [Test]
    public void GatedInPlace() => ModelAssert.Sound(Strong, model =>
    {
        FastChannel<int> channel = ModelChannels<ExplorerAtomics>.GatedAlone();
        List<int> read = [];
        model.Thread("writer", () =>
        {
            Span<int> claimed = channel.Writer.Claim(1);
            Model.Require(claimed.Length == 1, "There is room.");
            ExplorerAtomics.WriteSlot(ref claimed[0], 1);
            Model.Require(channel.Writer.Publish(1), "It is open.");
            WriteAll(channel, 2);
        });
        model.Thread("reader", () =>
        {
            Model.Require(Await(channel.Reader.WaitToReadAsync()), "There will be an item.");
            read.Add(ExplorerAtomics.ReadSlot(in channel.Reader.PeekBatch(1)[0]));
            channel.Reader.Release(1);
            read.AddRange(Read(channel, 1));
        });
        model.AtEnd(() => Model.Require(read is [1, 2], "Both items are read in order."));
    });

    [Test]
    public void PlantedOpenGateIsFoundInThePoolOfWaiters() => ModelAssert.Found(Strong, "rented by two", RentAndReturn<FaultyAtomics<OpenGate>>);

    [Test]
    public void AWaiterIsRentedByOneAtATime() => ModelAssert.Sound(Strong, RentAndReturn<ExplorerAtomics>);

    private static FastChannel<int> Gated(bool alone) => alone ? ModelChannels<ExplorerAtomics>.GatedAlone() : ModelChannels<ExplorerAtomics>.Gated();

    /// <summary>Three operations that rent at the gate and return without it, where two waiters are kept.</summary>
    private static void RentAndReturn<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var gate = new Gate();
        var pool = new WaiterPool<Waiter<bool>, TAtomics>(gate);
        var used = new HashSet<Waiter<bool>>();
        pool.Return(NewWaiter());
        pool.Return(NewWaiter());
        model.Thread("first", Operate);
        model.Thread("second", Operate);
        model.Thread("third", Operate);

        void Operate()
        {
            TAtomics.Enter(gate);
            Waiter<bool> waiter = pool.TryRent() ?? NewWaiter();
            Model.Require(used.Add(waiter), "No waiter is rented by two.");
            TAtomics.Exit(gate);
            TAtomics.Read(in gate.Taken);
            used.Remove(waiter);
            pool.Return(waiter);
        }

        Waiter<bool> NewWaiter() => new(owner: null!, pool);
    }
}
