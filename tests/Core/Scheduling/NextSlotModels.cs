using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Scheduling;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Scheduling;

/// <summary>Every interleaving of a worker with its next-slot and those who take its item away, on the shipped source.</summary>
[TestFixture]
internal sealed class NextSlotModels
{
    // What the worker does: p(ut), t(ake). What each is after: the one item wanted by both; an item written over one that was
    // taken away; a put that finds its own item taken.
    private static readonly string[] Workers = ["pt", "pp", "ppt", "ptpt"];

    [TestCaseSource(nameof(Workers))]
    public void WorkerAndAnother(string worker) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 2, DelayedStores = 1 }, model => Build<ExplorerAtomics>(model, worker, [2]));

    [TestCaseSource(nameof(Workers))]
    public void WorkerAndTwoOthers(string worker) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 1, DelayedStores = 1 }, model => Build<ExplorerAtomics>(model, worker, [1, 1]));

    /// <summary>The worker's write that it takes the item waits behind its read of whether it is wanted: the item goes to both.</summary>
    [Test]
    public void AMissingFenceOfAllProcessorsIsFound() =>
        ModelAssert.Found(new ModelChecker { DelayedStores = 1 }, "taken twice", model => Build<FaultyAtomics<NoFenceOfAllProcessors>>(model, "pt", [1]));

    /// <summary>What was taken away is kept from being collected by nobody, though its worker does not come by.</summary>
    [Test]
    public void WhatWasTakenAwayIsKeptByNobody()
    {
        var slot = new NextSlot<HardwareAtomics>();
        WeakReference taken = PutAndTakeAway(slot);
        GC.Collect();
        Assert.That(taken.IsAlive, Is.False);
        Assert.That(slot.IsFull, Is.False);
        Assert.That(slot.Take(), Is.Null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PutAndTakeAway(NextSlot<HardwareAtomics> slot)
    {
        var item = new NumberedItem(0);
        slot.Put(item);
        Assert.That(slot.TakeAway() == item);
        return new WeakReference(item);
    }

    private static void Build<TAtomics>(Model model, string worker, int[] others) where TAtomics : struct, IAtomics
    {
        var slot = new NextSlot<TAtomics>();
        NumberedItem[] items = [.. Enumerable.Range(0, worker.Count(static step => step == 'p')).Select(static number => new NumberedItem(number))];
        model.Thread("worker", () =>
        {
            int next = 0;
            foreach (char step in worker) Take(step == 'p' ? slot.Put(items[next++]) : slot.Take());
        });
        for (int i = 0; i < others.Length; i++)
        {
            int times = others[i];
            model.Thread($"other {i}", () =>
            {
                for (int time = 0; time < times; time++) Take(slot.TakeAway());
            });
        }

        model.AtEnd(() =>
        {
            Take(slot.Take());
            Model.Require(!slot.IsFull, "It is empty.");
            foreach (NumberedItem item in items) Model.Require(item.Taken == 1, $"Item {item.Number} was lost.");
        });
    }

    private static void Take(IWorkItem? item)
    {
        if (item is not NumberedItem taken) return;
        Model.Require(++taken.Taken == 1, $"Item {taken.Number} was taken twice.");
    }
}
