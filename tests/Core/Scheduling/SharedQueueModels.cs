using FastCore.Atomics;
using FastCore.Scheduling;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Scheduling;

/// <summary>Every interleaving of those who bring to a shared queue and those who take, on the shipped source.</summary>
[TestFixture]
internal sealed class SharedQueueModels
{
    // Bringers and what each brings; takers and what each does: o(ne), s(hare). What each is after: the last item wanted by two;
    // a ring that comes round; one that grows under a taker; a share beside a single.
    private static readonly object[] Threads =
    [
        new object[] { new[] { 1 }, new[] { "o", "o" } },
        new object[] { new[] { 3 }, new[] { "oo" } },
        new object[] { new[] { 2, 2 }, new[] { "o" } },
        new object[] { new[] { 3 }, new[] { "s", "o" } },
        new object[] { new[] { 1, 1 }, new[] { "s" } },
    ];

    [TestCaseSource(nameof(Threads))]
    public void EachItemIsTakenOnceAndInItsOrder(int[] bringers, string[] takers) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 3 }, model => Build<ExplorerAtomics>(model, bringers, takers));

    [TestCase(new[] { 1 }, new[] { "o", "o" })]
    [TestCase(new[] { 3 }, new[] { "oo" })]
    public void WithDelayedStores(int[] bringers, string[] takers) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 1, DelayedStores = 1 }, model => Build<ExplorerAtomics>(model, bringers, takers));

    [Test]
    public void WhatCameInBeforeTheCloseIsInIt() => ModelAssert.Sound(new ModelChecker { Preemptions = 3, DelayedStores = 1 }, BuildClosing<ExplorerAtomics>);

    /// <summary>The slot is written behind the cursor that publishes it.</summary>
    [Test]
    public void ACursorThatRunsAheadOfItsSlotIsFound() =>
        ModelAssert.Found(new ModelChecker(), "Race", model => Build<FaultyAtomics<PublishFirst>>(model, [1], ["o"]));

    [Test]
    public void AMissingGateIsFound() =>
        ModelAssert.Found(new ModelChecker(), "Race", model => Build<FaultyAtomics<OpenGate>>(model, [1, 1], ["o"]));

    private static void Build<TAtomics>(Model model, int[] bringers, string[] takers) where TAtomics : struct, IAtomics
    {
        var queue = new SharedQueue<TAtomics>(2);
        NumberedItem[][] brought = [.. bringers.Select(static (items, bringer) => Enumerable.Range(0, items).Select(number => new NumberedItem((bringer * 10) + number)).ToArray())];
        for (int i = 0; i < bringers.Length; i++)
        {
            NumberedItem[] own = brought[i];
            model.Thread($"bringer {i}", () =>
            {
                foreach (NumberedItem item in own) Model.Require(queue.TryEnqueueFromOutside(item), "It is open.");
            });
        }

        for (int i = 0; i < takers.Length; i++)
        {
            string taker = takers[i];
            model.Thread($"taker {i}", () =>
            {
                var own = new LocalQueue<TAtomics>(4);
                var newest = new int[bringers.Length];
                foreach (char step in taker) Take(step == 'o' ? queue.Dequeue() : queue.DequeueShare(own, 1), newest);
                while (own.TakeOldest() is { } shared) Take(shared, newest);
            });
        }

        model.AtEnd(() =>
        {
            var newest = new int[bringers.Length];
            while (queue.Dequeue() is { } left) Take(left, newest);
            Model.Require(queue.IsEmpty && queue.Count == 0 && queue.Accepted == bringers.Sum(), "The counts do not add up.");
            foreach (NumberedItem item in brought.SelectMany(static items => items)) Model.Require(item.Taken == 1, $"Item {item.Number} was lost.");
        });
    }

    private static void BuildClosing<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        var queue = new SharedQueue<TAtomics>(2);
        var accepted = 0;
        model.Thread("bringer", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                if (queue.TryEnqueueFromOutside(new NumberedItem(i))) accepted++;
            }
        });
        model.Thread("closer", () =>
        {
            queue.Close();
            int left = 0;
            while (queue.Dequeue() is not null) left++;
            Model.Require(left == queue.Accepted, "Whatever came in before the close is in it.");
        });
        model.AtEnd(() => Model.Require(accepted == queue.Accepted && queue.IsEmpty, "Nothing comes in behind the close."));
    }

    private static void Take(IWorkItem? item, int[] newest)
    {
        if (item is not NumberedItem taken) return;
        Model.Require(++taken.Taken == 1, $"Item {taken.Number} was taken twice.");
        Model.Require(taken.Number >= newest[taken.Number / 10], "A newer item was taken before an older one.");
        newest[taken.Number / 10] = taken.Number;
    }
}
