using FastCore.Tests.Explorer;

namespace FastCore.Tests.Rings;

/// <summary>Every interleaving of the shipped ring cores with a few operations at the smallest capacities.</summary>
[TestFixture]
internal sealed class RingModels
{
    // Capacity, the producer's runs, the consumer's runs. What each is after: single operations over two wraps; a batch that
    // goes round the end against single takes; batches on both sides; more wanted than there is room for.
    private static readonly object[] SpscCases =
    [
        new object[] { 2, new[] { 1, 1, 1, 1, 1 }, new[] { 1, 1, 1, 1 } },
        new object[] { 2, new[] { 1, 2, 2 }, new[] { 1, 1, 1, 1 } },
        new object[] { 4, new[] { 3, 3, 2 }, new[] { 2, 3, 2 } },
        new object[] { 2, new[] { 5, 5, 1 }, new[] { 5, 1, 5 } },
    ];

    [TestCaseSource(nameof(SpscCases))]
    public void SpscEveryInterleaving(int capacity, int[] produce, int[] consume) =>
        Explore(new ModelChecker { Preemptions = int.MaxValue }, model =>
        {
            var history = new RingHistory(new SpscCoreAdapter<int, ExplorerAtomics>(capacity), Refusals.Exact);
            model.Thread("producer", history.Producer(1, produce));
            model.Thread("consumer", history.Consumer(consume));
            model.AtEnd(history.CheckEnd);
        });

    [Test]
    public void SpscWithDelayedStores() =>
        Explore(new ModelChecker { Preemptions = 4, DelayedStores = 2 }, model =>
        {
            var history = new RingHistory(new SpscCoreAdapter<int, ExplorerAtomics>(2), Refusals.Late);
            model.Thread("producer", history.Producer(1, 1, 1, 2));
            model.Thread("consumer", history.Consumer(1, 1, 1));
            model.AtEnd(history.CheckEnd);
        });

    /// <summary>The spans that are handed out are touched by the other side only before the claim and after the publication.</summary>
    [Test]
    public void SpscClaimAndPeek() =>
        Explore(new ModelChecker { Preemptions = int.MaxValue }, model =>
        {
            var core = new SpscCoreAdapter<string, ExplorerAtomics>(2).Core;
            var taken = new List<string>();
            model.Thread("producer", () =>
            {
                foreach (int wanted in (int[])[2, 1, 2])
                {
                    Span<string> claim = core.Claim(wanted);
                    for (int i = 0; i < claim.Length; i++) ExplorerAtomics.WriteSlot(ref claim[i], "item");
                    core.Publish(claim.Length);
                }
            });
            model.Thread("consumer", () =>
            {
                for (int round = 0; round < 4; round++)
                {
                    ReadOnlySpan<string> peek = core.Peek(2);
                    for (int i = 0; i < peek.Length; i++) taken.Add(ExplorerAtomics.ReadSlot(in peek[i]));
                    core.Release(peek.Length);
                }
            });
            model.AtEnd(() => Model.Require(taken.TrueForAll(item => item == "item"), "A slot was shown before it was filled or after it was cleared."));
        });

    // Capacity, two producers' runs, one consumer's runs; then one producer's, two consumers'.
    private static readonly object[] ManyToOneCases =
    [
        new object[] { 2, new[] { 1, 1 }, new[] { 1 }, new[] { 1, 1 } },
        new object[] { 2, new[] { 2 }, new[] { 1 }, new[] { 1, 1 } },
        new object[] { 4, new[] { 2 }, new[] { 2 }, new[] { 3, 2 } },
    ];

    [TestCaseSource(nameof(ManyToOneCases))]
    public void MpmcTwoProducers(int capacity, int[] first, int[] second, int[] consume) =>
        Explore(new ModelChecker { Preemptions = 4 }, model =>
        {
            var history = new RingHistory(new MpmcCoreAdapter<int, ExplorerAtomics>(capacity), Refusals.BehindOthers);
            model.Thread("producer 1", history.Producer(1, first));
            model.Thread("producer 2", history.Producer(2, second));
            model.Thread("consumer", history.Consumer(consume));
            model.AtEnd(history.CheckEnd);
        });

    [TestCaseSource(nameof(ManyToOneCases))]
    public void MpmcTwoConsumers(int capacity, int[] first, int[] second, int[] produce) =>
        Explore(new ModelChecker { Preemptions = 4 }, model =>
        {
            var history = new RingHistory(new MpmcCoreAdapter<int, ExplorerAtomics>(capacity), Refusals.BehindOthers);
            model.Thread("producer", history.Producer(1, produce));
            model.Thread("consumer 1", history.Consumer(first));
            model.Thread("consumer 2", history.Consumer(second));
            model.AtEnd(history.CheckEnd);
        });

    [TestCaseSource(nameof(SpscCases))]
    public void MpmcOneToOne(int capacity, int[] produce, int[] consume) =>
        Explore(new ModelChecker { Preemptions = 4 }, model =>
        {
            var history = new RingHistory(new MpmcCoreAdapter<int, ExplorerAtomics>(capacity), Refusals.BehindOthers);
            model.Thread("producer", history.Producer(1, produce));
            model.Thread("consumer", history.Consumer(consume));
            model.AtEnd(history.CheckEnd);
        });

    [Test]
    public void MpmcWithDelayedStores() =>
        Explore(new ModelChecker { Preemptions = 3, DelayedStores = 1 }, model =>
        {
            var history = new RingHistory(new MpmcCoreAdapter<int, ExplorerAtomics>(2), Refusals.Late);
            model.Thread("producer", history.Producer(1, 1, 1, 1));
            model.Thread("consumer 1", history.Consumer(1));
            model.Thread("consumer 2", history.Consumer(1));
            model.AtEnd(history.CheckEnd);
        });

    private static void Explore(ModelChecker checker, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        TestContext.Out.WriteLine(exploration);
        Assert.That(exploration.Failure, Is.Null);
        Assert.That(exploration.IsExhaustive, "The bounds must leave no path out.");
    }
}
