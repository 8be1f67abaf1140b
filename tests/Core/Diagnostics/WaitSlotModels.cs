using FastCore.Atomics;
using FastCore.Diagnostics;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Diagnostics;

/// <summary>Every interleaving of an object that waits twice with one who looks, after the planted faults have been found.</summary>
[TestFixture]
internal sealed class WaitSlotModels
{
    private static readonly ModelChecker Checker = new() { Preemptions = 3 };

    private static readonly ModelChecker WithDelayedStores = new() { Preemptions = 2, DelayedStores = 1 };

    [Test]
    public void PlantedEarlyPublicationIsFound() => ModelAssert.Found(Checker, "whole", Look<FaultyAtomics<PublishFirst>>);

    [Test]
    public void PlantedEarlyLookIsFound() => ModelAssert.Found(Checker, "whole", Look<FaultyAtomics<EarlyLook>>);

    [Test]
    public void PlantedForgottenFenceIsFound() => ModelAssert.Found(WithDelayedStores, "whole", Look<FaultyAtomics<NoFence>>);

    [Test]
    public void LooksAreWhole() => ModelAssert.Sound(Checker, Look<ExplorerAtomics>);

    [Test]
    public void LooksAreWholeWithDelayedStores() => ModelAssert.Sound(WithDelayedStores, Look<ExplorerAtomics>);

    private static void Look<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var cell = new Cell<TAtomics>();
        model.Thread("waiter", () =>
        {
            for (int i = 1; i <= 2; i++)
            {
                cell.Slot.Begin(WaitOf(i), awaiter: null);
                cell.Slot.Await(Awaiters[i]);
                Model.Require(cell.Slot.End() == (WaitOf(i), Awaiters[i]), "What ends is what began.");
            }
        });
        model.Thread("looker", () =>
        {
            if (!cell.Slot.TryRead(out Wait wait, out object? awaiter, out long turn)) return;
            int number = (int)(turn + 1) / 2;
            Model.Require(wait == WaitOf(number) && (awaiter is null || awaiter == Awaiters[number]), "What is seen is whole, and of one wait.");
        });
        model.AtEnd(() => Model.Require(!cell.Slot.IsWaiting, "Nothing waits at the end."));
    }

    private static readonly object[] Awaiters = ["nobody", "first", "second"];

    private static Wait WaitOf(int number) => new(number, (WaitOperation)number, $"place {number}", null);

    private sealed class Cell<TAtomics>
        where TAtomics : struct, IAtomics
    {
        internal WaitSlot<TAtomics> Slot;
    }
}
