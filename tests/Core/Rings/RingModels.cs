using FastCore.Tests.Explorer;

namespace FastCore.Tests.Rings;

/// <summary>Every interleaving of the shipped cores with a few operations at the smallest capacities.</summary>
[TestFixture]
internal sealed class RingModels
{
    // Capacity, the producer's runs, the consumer's runs. What each is after: single operations over two wraps; a batch that
    // goes round the end against single takes; batches on both sides; more wanted than there is room for.
    private static readonly object[] OneToOne =
    [
        new object[] { 2, new[] { 1, 1, 1, 1, 1 }, new[] { 1, 1, 1, 1 } },
        new object[] { 2, new[] { 1, 2, 2 }, new[] { 1, 1, 1, 1 } },
        new object[] { 4, new[] { 3, 3, 2 }, new[] { 2, 3, 2 } },
        new object[] { 2, new[] { 5, 5, 1 }, new[] { 5, 1, 5 } },
    ];

    // Capacity, the runs of the two threads on the crowded side, the runs of the one on the other.
    private static readonly object[] TwoAgainstOne =
    [
        new object[] { 2, new[] { 1, 1 }, new[] { 1 }, new[] { 1, 1 } },
        new object[] { 2, new[] { 2 }, new[] { 1 }, new[] { 1, 1 } },
        new object[] { 4, new[] { 2 }, new[] { 2 }, new[] { 3, 2 } },
    ];

    private static readonly ModelChecker Unbounded = new() { Preemptions = int.MaxValue };
    private static readonly ModelChecker FourPreemptions = new() { Preemptions = 4 };
    private static readonly ModelChecker ThreePreemptions = new() { Preemptions = 3 };

    [TestCaseSource(nameof(OneToOne))]
    public void Spsc(int capacity, int[] produce, int[] consume) => Explore(Unbounded, model =>
        Pair(model, new RingHistory(new SpscAdapter<int, ExplorerAtomics>(capacity), Refusals.Exact), produce, consume));

    [TestCaseSource(nameof(OneToOne))]
    public void SpscInPlace(int capacity, int[] produce, int[] consume) => Explore(FourPreemptions, model =>
        Pair(model, new RingHistory(new SpscInPlaceAdapter<int, ExplorerAtomics>(capacity), Refusals.Exact), produce, consume));

    [Test]
    public void SpscWithDelayedStores() => Explore(new ModelChecker { Preemptions = 4, DelayedStores = 2 }, model =>
        Pair(model, new RingHistory(new SpscAdapter<int, ExplorerAtomics>(2), Refusals.Late), [1, 1, 2], [1, 1, 1]));

    /// <summary>Slots of references are cleared too: the clearing must be over before the producer gets the slot.</summary>
    [Test]
    public void SpscOfReferences() => Explore(Unbounded, model =>
    {
        var ring = new SpscAdapter<string, ExplorerAtomics>(2);
        model.Thread("producer", () =>
        {
            for (int i = 0; i < 4; i++) ring.TryEnqueue("item");
        });
        model.Thread("consumer", () =>
        {
            for (int i = 0; i < 4; i++) Model.Require(!ring.TryDequeue(out string? item) || item == "item", "A slot was shown before it was filled or after it was cleared.");
        });
    });

    [TestCaseSource(nameof(OneToOne))]
    public void MpmcOneToOne(int capacity, int[] produce, int[] consume) => Explore(FourPreemptions, model =>
        Pair(model, new RingHistory(new MpmcAdapter<int, ExplorerAtomics>(capacity), Refusals.BehindOthers), produce, consume));

    [TestCaseSource(nameof(TwoAgainstOne))]
    public void MpmcTwoProducers(int capacity, int[] first, int[] second, int[] consume) => Explore(ThreePreemptions, model =>
        TwoProducers(model, new RingHistory(new MpmcAdapter<int, ExplorerAtomics>(capacity), Refusals.BehindOthers), first, second, consume));

    [TestCaseSource(nameof(TwoAgainstOne))]
    public void MpmcTwoConsumers(int capacity, int[] first, int[] second, int[] produce) => Explore(ThreePreemptions, model =>
    {
        var history = new RingHistory(new MpmcAdapter<int, ExplorerAtomics>(capacity), Refusals.BehindOthers);
        Pair(model, history, produce, first);
        model.Thread("consumer 2", history.Consumer(second));
    });

    [Test]
    public void MpmcWithDelayedStores() => Explore(new ModelChecker { Preemptions = 2, DelayedStores = 1 }, model =>
    {
        var history = new RingHistory(new MpmcAdapter<int, ExplorerAtomics>(2), Refusals.Late);
        Pair(model, history, [1, 1, 1], [1]);
        model.Thread("consumer 2", history.Consumer(1));
    });

    /// <summary>Segments of 2 and 4: the first fills, is closed and left; the second too.</summary>
    [Test]
    public void MpscOneProducer() => Explore(ThreePreemptions, model =>
        Pair(model, new RingHistory(new MpscAdapter<int, ExplorerAtomics>(), Refusals.BehindOthers), [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1]));

    /// <summary>Both find the first segment full at once; or one adds to it, just freed, while the other closes it.</summary>
    [TestCase(3, new[] { 1, 1 }, new[] { 1 }, new[] { 1 })]
    [TestCase(2, new[] { 1, 1 }, new[] { 1, 1 }, new[] { 1, 1, 1 })]
    public void MpscTwoProducers(int preemptions, int[] first, int[] second, int[] consume) => Explore(new ModelChecker { Preemptions = preemptions }, model =>
        TwoProducers(model, new RingHistory(new MpscAdapter<int, ExplorerAtomics>(), Refusals.BehindOthers), first, second, consume));

    private static void Pair(Model model, RingHistory history, int[] produce, int[] consume)
    {
        model.Thread("producer", history.Producer(1, produce));
        model.Thread("consumer", history.Consumer(consume));
        model.AtEnd(history.CheckEnd);
    }

    private static void TwoProducers(Model model, RingHistory history, int[] first, int[] second, int[] consume)
    {
        Pair(model, history, first, consume);
        model.Thread("producer 2", history.Producer(2, second));
    }

    private static void Explore(ModelChecker checker, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        TestContext.Out.WriteLine(exploration);
        Assert.That(exploration.Failure, Is.Null);
        Assert.That(exploration.IsExhaustive, "The bounds must leave no path out.");
    }
}
