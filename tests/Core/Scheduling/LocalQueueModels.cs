using FastCore.Atomics;
using FastCore.Scheduling;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Scheduling;

/// <summary>Every interleaving of the owner of a queue and its thieves, on the shipped source.</summary>
[TestFixture]
internal sealed class LocalQueueModels
{
    // Capacity, and what the owner does: p(ush), o(ldest), n(ewest). What each is after: the last item wanted at both ends;
    // several; a ring that comes round under a thief that stands between its read and its claim; a queue that is full.
    private static readonly object[] Owners =
    [
        new object[] { 2, "pn" },
        new object[] { 2, "ppnn" },
        new object[] { 4, "pppnon" },
        new object[] { 2, "ppoopp" },
        new object[] { 2, "pppnpo" },
        new object[] { 2, "pnpnpn" },
    ];

    [TestCaseSource(nameof(Owners))]
    public void OwnerAndThief(int capacity, string owner) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 3 }, model => Build<ExplorerAtomics>(model, capacity, owner, [2]));

    [TestCaseSource(nameof(Owners))]
    public void OwnerAndTwoThieves(int capacity, string owner) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 2 }, model => Build<ExplorerAtomics>(model, capacity, owner, [1, 1]));

    [TestCase("pn", new[] { 2 })]
    [TestCase("po", new[] { 2 })]
    [TestCase("ppnn", new[] { 2 })]
    [TestCase("ppoo", new[] { 2 })]
    [TestCase("pn", new[] { 1, 1 })]
    public void WithDelayedStores(string owner, int[] thieves) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 2, DelayedStores = 1, Merges = true }, model => Build<ExplorerAtomics>(model, 2, owner, thieves));

    [Test]
    public void HalfIsStolen() => ModelAssert.Sound(new ModelChecker { Preemptions = 2 }, BuildHalves<ExplorerAtomics>);

    /// <summary>The owner's write that it takes the item waits behind its read of what thieves claim: the item goes to both.</summary>
    [TestCase("pn")]
    [TestCase("po")]
    public void AMissingFenceOfAllProcessorsIsFound(string owner) =>
        ModelAssert.Found(new ModelChecker { DelayedStores = 1, Merges = true }, "Race", model => Build<FaultyAtomics<NoFenceOfAllProcessors>>(model, 2, owner, [1]));

    private static void Build<TAtomics>(Model model, int capacity, string owner, int[] thieves) where TAtomics : struct, IAtomics
    {
        var queue = new LocalQueue<TAtomics>(capacity);
        var pushed = new List<NumberedItem>();
        model.Thread("owner", () =>
        {
            int next = 0;
            foreach (char step in owner)
            {
                if (step == 'p')
                {
                    var item = new NumberedItem(next++);
                    pushed.Add(item);
                    if (!queue.TryPush(item)) Take(item);
                }
                else
                {
                    Take(step == 'n' ? queue.TakeNewest() : queue.TakeOldest());
                }
            }
        });
        for (int i = 0; i < thieves.Length; i++)
        {
            int steals = thieves[i];
            model.Thread($"thief {i}", () =>
            {
                int last = -1;
                for (int steal = 0; steal < steals; steal++)
                {
                    if (queue.Steal() is not NumberedItem item) continue;
                    Take(item);
                    Model.Require(item.Number > last, "A thief got a newer item before an older one.");
                    last = item.Number;
                }
            });
        }

        model.AtEnd(() => CheckAll(pushed, queue));
    }

    /// <summary>A thief moves half into its own queue while the owner takes from both ends, and another steals from the thief.</summary>
    private static void BuildHalves<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        var victim = new LocalQueue<TAtomics>(4);
        var own = new LocalQueue<TAtomics>(4);
        NumberedItem[] items = [new(0), new(1), new(2)];
        foreach (NumberedItem item in items) victim.TryPush(item);
        model.Thread("owner", () =>
        {
            Take(victim.TakeNewest());
            Take(victim.TakeOldest());
        });
        model.Thread("thief", () =>
        {
            Take(victim.StealHalf(own, out int taken));
            Model.Require(taken <= 2, "More than half was stolen.");
            Take(own.TakeOldest());
        });
        model.Thread("thief's thief", () => Take(own.Steal()));
        model.AtEnd(() => CheckAll(items, victim, own));
    }

    private static void Take(IWorkItem? item)
    {
        if (item is not NumberedItem taken) return;
        Model.Require(++taken.Taken == 1, $"Item {taken.Number} was taken twice.");
    }

    private static void CheckAll<TAtomics>(IEnumerable<NumberedItem> pushed, params LocalQueue<TAtomics>[] queues) where TAtomics : struct, IAtomics
    {
        foreach (LocalQueue<TAtomics> queue in queues)
        {
            while (queue.Steal() is { } left) Take(left);
        }

        foreach (NumberedItem item in pushed) Model.Require(item.Taken == 1, $"Item {item.Number} was lost.");
    }
}
