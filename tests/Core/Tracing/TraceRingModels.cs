using FastCore.Atomics;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;
using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

/// <summary>Every interleaving of a writer that goes round its ring with a reader, after the planted faults have been found.</summary>
[TestFixture]
internal sealed class TraceRingModels
{
    private static readonly ModelChecker Checker = new() { Preemptions = 4 };

    private static readonly ModelChecker WithDelayedStores = new() { Preemptions = 4, DelayedStores = 2 };

    [Test]
    public void PlantedEarlyPublicationIsFound() => ModelAssert.Found(Checker, "whole", Copy<FaultyAtomics<PublishFirst>>);

    [Test]
    public void PlantedEarlyLookIsFound() => ModelAssert.Found(Checker, "whole", Copy<FaultyAtomics<EarlyLook>>);

    [Test]
    public void PlantedForgottenFenceIsFound() => ModelAssert.Found(WithDelayedStores, "whole", Copy<FaultyAtomics<NoFence>>);

    [Test]
    public void CopiesAreWhole() => ModelAssert.Sound(Checker, Copy<ExplorerAtomics>);

    [Test]
    public void CopiesAreWholeWithDelayedStores() => ModelAssert.Sound(WithDelayedStores, Copy<ExplorerAtomics>);

    /// <summary>A ring that keeps one event, in two slots; five events go through it while it is copied twice.</summary>
    private static void Copy<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var ring = new TraceRing<TAtomics>(1);
        model.Thread("writer", () =>
        {
            for (int i = 0; i < 5; i++) ring.Write(new TraceEvent(i, 10 + i, 20 + i, 30 + i));
        });
        model.Thread("reader", () =>
        {
            long seen = 0;
            for (int round = 0; round < 2; round++)
            {
                TraceEvent[] events = ring.Copy(out long overwritten);
                for (int i = 0; i < events.Length; i++)
                {
                    long number = overwritten + i;
                    Model.Require(events[i] == new TraceEvent(number, 10 + number, 20 + number, 30 + (int)number), "What is copied is whole and in its place.");
                }

                Model.Require(overwritten + events.Length >= seen, "What was published stays published.");
                seen = overwritten + events.Length;
            }
        });
        model.AtEnd(() =>
        {
            TraceEvent[] events = ring.Copy(out long overwritten);
            Model.Require(overwritten == 4 && events.Length == 1, "The last event is kept.");
        });
    }
}
