using FastCore.Atomics;
using FastCore.Continuations;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Continuations;

/// <summary>Every interleaving of the race for a continuation, and of a relay with its monitor, after the planted faults were found.</summary>
[TestFixture]
internal sealed class ContinuationModels
{
    private static readonly ModelChecker Checker = new() { Preemptions = 2, DelayedStores = 1 };

    [Test]
    public void PlantedSplitUpdateIsFoundInAnAwait() => ModelAssert.Found(Checker, "once", AwaitMeetsCompletion<FaultyAtomics<SplitUpdates>>);

    [Test]
    public void TheContinuationRunsOnce() => ModelAssert.Sound(Checker, AwaitMeetsCompletion<ExplorerAtomics>);

    [Test]
    public void PlantedNoFenceOfAllProcessorsIsFoundInARelay() =>
        ModelAssert.Found(Checker, "once", RelayMeetsMonitor<FaultyAtomics<NoFenceOfAllProcessors>>);

    [Test]
    public void WhatWaitsInARelayIsTakenOnce() => ModelAssert.Sound(Checker, RelayMeetsMonitor<ExplorerAtomics>);

    private static void AwaitMeetsCompletion<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var operation = new Operation();
        int runs = 0;
        model.Thread("awaiter", () =>
        {
            operation.Continuation = () => runs++;
            if (AwaitPhase<TAtomics>.TryRegister(ref operation.Phase, out bool isAwaited)) return;
            Model.Require(!isAwaited, "Nobody else awaits it.");
            Run();
        });
        model.Thread("completer", () =>
        {
            operation.Result = 7;
            if (AwaitPhase<TAtomics>.Complete(ref operation.Phase)) Run();
        });
        model.AtEnd(() => Model.Require(runs == 1 && AwaitPhase<TAtomics>.IsDone(in operation.Phase), "It is done, and the continuation has run once."));

        void Run()
        {
            Model.Require(operation.Result == 7, "The result is there.");
            operation.Continuation!();
        }
    }

    /// <summary>A thread puts a piece into its slots and takes it, while the monitor takes over what it finds.</summary>
    private static void RelayMeetsMonitor<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var slots = new RelaySlots<TAtomics>(2);
        var piece = new Piece();
        var taken = new List<Awaitable>();
        model.Thread("relay", () =>
        {
            Model.Require(slots.TryAdd(piece), "There is room.");
            if (slots.Take() is { } next) taken.Add(next);
            Model.Require(!slots.MayHaveAny, "It has been passed.");
        });
        model.Thread("monitor", () =>
        {
            if (slots.HasAny()) slots.Relieve(taken.Add);
        });
        model.AtEnd(() => Model.Require(taken.Count == 1, "It is taken once."));
    }

    private sealed class Operation
    {
        internal int Phase;

        internal Action? Continuation { get; set; }

        internal int Result { get; set; }
    }

    private sealed class Piece : Awaitable;
}
