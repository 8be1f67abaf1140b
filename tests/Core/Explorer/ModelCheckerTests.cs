using FastCore.Atomics;
namespace FastCore.Tests.Explorer;

/// <summary>What the explorer itself promises, on programs whose answers are known.</summary>
[TestFixture]
internal sealed class ModelCheckerTests
{
    private sealed class Cells
    {
        internal int X;
        internal int Y;
        internal int Slot;
    }

    /// <summary>Two threads of three steps have C(6, 3) = 20 orders.</summary>
    [Test]
    public void EveryOrderOnce()
    {
        var orders = new List<string>();
        Exploration exploration = new ModelChecker { Preemptions = int.MaxValue }.Explore(model =>
        {
            var cells = new Cells();
            string order = "";
            foreach (string name in (string[])["a", "b"])
            {
                model.Thread(name, () =>
                {
                    for (int i = 0; i < 3; i++)
                    {
                        ExplorerAtomics.Read(in cells.X);
                        order += name;
                    }
                });
            }

            model.AtEnd(() => orders.Add(order));
        });
        Assert.That(exploration, Is.EqualTo(new Exploration(20, IsExhaustive: true, Failure: null)));
        Assert.That(orders.Distinct().Count(), Is.EqualTo(20));
    }

    [TestCase(0, ExpectedResult = 2)]
    [TestCase(1, ExpectedResult = 6)]
    public long PreemptionsAreBounded(int preemptions) => new ModelChecker { Preemptions = preemptions }.Explore(model =>
    {
        var cells = new Cells();
        foreach (string name in (string[])["a", "b"])
        {
            model.Thread(name, () =>
            {
                for (int i = 0; i < 3; i++) ExplorerAtomics.Read(in cells.X);
            });
        }
    }).Executions;

    /// <summary>The store-buffer litmus test (Dekker): both may read 0 if and only if a store can wait while its thread loads.</summary>
    [TestCase(0, false, ExpectedResult = false)]
    [TestCase(1, false, ExpectedResult = true)]
    [TestCase(2, true, ExpectedResult = false)]
    public bool StoreBuffering(int delayedStores, bool fence)
    {
        bool bothZero = false;
        Exploration exploration = new ModelChecker { Preemptions = int.MaxValue, DelayedStores = delayedStores }.Explore(model =>
        {
            var cells = new Cells();
            int first = -1, second = -1;
            model.Thread("a", () =>
            {
                ExplorerAtomics.Write(ref cells.X, 1);
                if (fence) ExplorerAtomics.Fence();
                first = ExplorerAtomics.Read(in cells.Y);
            });
            model.Thread("b", () =>
            {
                ExplorerAtomics.Write(ref cells.Y, 1);
                if (fence) ExplorerAtomics.Fence();
                second = ExplorerAtomics.Read(in cells.X);
            });
            model.AtEnd(() =>
            {
                bothZero |= first == 0 && second == 0;
                Model.Require(ExplorerAtomics.Read(in cells.X) == 1 && ExplorerAtomics.Read(in cells.Y) == 1, "Every store arrives.");
            });
        });
        Assert.That(exploration.Failure, Is.Null);
        Assert.That(exploration.IsExhaustive);
        return bothZero;
    }

    /// <summary>The message-passing litmus test: stores of one thread arrive in their order, delayed or not.</summary>
    [Test]
    public void StoresStayInOrder() => AssertSound(new ModelChecker { Preemptions = int.MaxValue, DelayedStores = 2 }, model =>
    {
        var cells = new Cells();
        model.Thread("a", () =>
        {
            ExplorerAtomics.Write(ref cells.X, 1);
            ExplorerAtomics.Write(ref cells.Y, 1);
        });
        model.Thread("b", () =>
        {
            int y = ExplorerAtomics.Read(in cells.Y);
            Model.Require(ExplorerAtomics.Read(in cells.X) >= y, "The second store came first.");
        });
    });

    [Test]
    public void AThreadReadsItsOwnDelayedStore() => AssertSound(new ModelChecker { DelayedStores = 1 }, model =>
    {
        var cells = new Cells();
        model.Thread("a", () =>
        {
            ExplorerAtomics.Write(ref cells.X, 1);
            Model.Require(ExplorerAtomics.Read(in cells.X) == 1, "A thread missed its own store.");
        });
        model.Thread("b", () => ExplorerAtomics.Add(ref cells.Y, 1));
    });

    [Test]
    public void AddsAreWhole() => AssertSound(new ModelChecker { Preemptions = int.MaxValue }, model =>
    {
        var cells = new Cells();
        for (int i = 0; i < 3; i++) model.Thread($"{i}", () => ExplorerAtomics.Add(ref cells.X, int.MaxValue));
        model.AtEnd(() => Model.Require(ExplorerAtomics.Read(in cells.X) == unchecked(3 * int.MaxValue), "An addition was lost."));
    });

    [Test]
    public void LocksExclude() => AssertSound(new ModelChecker { Preemptions = 4, DelayedStores = 1 }, model =>
    {
        var cells = new Cells();
        var gate = new Gate();
        for (int i = 0; i < 2; i++)
        {
            model.Thread($"{i}", () =>
            {
                ExplorerAtomics.Enter(gate);
                ExplorerAtomics.WriteSlot(ref cells.Slot, ExplorerAtomics.ReadSlot(in cells.Slot) + 1);
                ExplorerAtomics.Write(ref cells.X, ExplorerAtomics.Read(in cells.X) + 1);
                ExplorerAtomics.Exit(gate);
            });
        }

        model.AtEnd(() => Model.Require(ExplorerAtomics.Read(in cells.X) == 2 && cells.Slot == 2, "Two threads were inside at once."));
    });

    [Test]
    public void SpinningEndsWhenTheOtherComes() => AssertSound(new ModelChecker { Preemptions = int.MaxValue, Steps = 20 }, model =>
    {
        var cells = new Cells();
        model.Thread("a", () => SpinWhileZero(in cells.X));
        model.Thread("b", () => ExplorerAtomics.Write(ref cells.X, 1));
    });

    [TestCase("deadlock")]
    [TestCase("spin")]
    [TestCase("park")]
    [TestCase("lock")]
    public void NobodyCanGoOn(string by)
    {
        Exploration exploration = new ModelChecker().Explore(model =>
        {
            var cells = new Cells();
            var gate = new Gate();
            var parker = new Parker();
            model.Thread("a", () =>
            {
                if (by == "deadlock") Model.WaitUntil(() => ExplorerAtomics.Read(in cells.Y) == 1);
                if (by == "spin") SpinWhileZero(in cells.Y);
                if (by == "park") parker.Park();
                if (by == "lock") ExplorerAtomics.Enter(gate);
                ExplorerAtomics.Write(ref cells.X, 1);
            });
            model.Thread("b", () =>
            {
                if (by == "lock") ExplorerAtomics.Enter(gate);
                SpinWhileZero(in cells.X);
                ExplorerAtomics.Write(ref cells.Y, 1);
            });
        });
        Assert.That(exploration.Failure?.Sentence, Does.StartWith("Deadlock or lost wake-up"));
    }

    [Test]
    public void ALivelockIsToldByItsLength()
    {
        Exploration exploration = new ModelChecker { Steps = 50 }.Explore(model =>
        {
            var cells = new Cells();
            model.Thread("a", () =>
            {
                while (ExplorerAtomics.Add(ref cells.X, 1) > 0)
                {
                }
            });
        });
        Assert.That(exploration.Failure?.Sentence, Does.StartWith("No end within 50 steps"));
    }

    [Test]
    public void AParkedThreadSeesWhatItsWakerDid() => AssertSound(new ModelChecker { Preemptions = int.MaxValue }, model =>
    {
        var cells = new Cells();
        var parker = new Parker();
        model.Thread("a", () =>
        {
            parker.Park();
            Model.Require(ExplorerAtomics.ReadSlot(in cells.Slot) == 1, "The waker's write is missing.");
        });
        model.Thread("b", () =>
        {
            ExplorerAtomics.WriteSlot(ref cells.Slot, 1);
            parker.Unpark();
        });
        model.AtEnd(() => Model.Require(parker.Permits == 0, "Woken once too often."));
    });

    [Test]
    public void ALocationThatOthersWriteIsNotOnesOwn()
    {
        Exploration exploration = new ModelChecker().Explore(model =>
        {
            var cells = new long[1];
            for (int i = 0; i < 2; i++) model.Thread($"{i}", () => ExplorerAtomics.Write(ref cells[0], ExplorerAtomics.ReadOwned(in cells[0]) + 1));
        });
        Assert.That(exploration.Failure?.Sentence, Does.Contain("as the reader's own"));
    }

    /// <summary>A collection moves the locations; the executions it spoils are run again and say nothing.</summary>
    [Test]
    public void CollectionsSpoilNothing()
    {
        int collections = 0;
        AssertSound(new ModelChecker { Preemptions = int.MaxValue }, model =>
        {
            var cells = new Cells();
            bool collect = collections++ % 3 == 0;
            model.Thread("a", () =>
            {
                ExplorerAtomics.Write(ref cells.X, 1);
                if (collect) GC.Collect();
                ExplorerAtomics.Write(ref cells.X, ExplorerAtomics.Read(in cells.X) + 1);
            });
            model.Thread("b", () => ExplorerAtomics.Add(ref cells.Y, 1));
            model.AtEnd(() => Model.Require(ExplorerAtomics.Read(in cells.X) == 2, "A value was lost."));
        });
        Assert.That(collections, Is.GreaterThan(4), "Some executions must have been spoilt and run again.");
    }

    [Test]
    public void SamplingFindsWhatIsCommon()
    {
        Exploration exploration = new ModelChecker { Executions = 1000 }.Sample(seed: 1, model =>
        {
            var cells = new Cells();
            for (int i = 0; i < 2; i++) model.Thread($"{i}", () => ExplorerAtomics.Write(ref cells.X, ExplorerAtomics.Read(in cells.X) + 1));
            model.AtEnd(() => Model.Require(ExplorerAtomics.Read(in cells.X) == 2, "An addition was lost."));
        });
        Assert.That(exploration.Failure?.Sentence, Is.EqualTo("An addition was lost."));
    }

    /// <summary>Merging leaves out paths, and no state in which any of them ends.</summary>
    [TestCase(0, 0)]
    [TestCase(2, 0)]
    [TestCase(2, 1)]
    [TestCase(1, 2)]
    public void MergingComesToEveryEnd(int preemptions, int delayedStores)
    {
        var (allEnds, mergedEnds) = (new HashSet<ulong>(), new HashSet<ulong>());
        Exploration all = new ModelChecker { Preemptions = preemptions, DelayedStores = delayedStores, Ends = allEnds }.Explore(EveryKindOfAccess);
        Exploration merged = new ModelChecker { Preemptions = preemptions, DelayedStores = delayedStores, Merges = true, Ends = mergedEnds }.Explore(EveryKindOfAccess);
        Assert.That((all.Failure, merged.Failure, merged.IsExhaustive), Is.EqualTo(((Failure?)null, (Failure?)null, true)));
        Assert.That(mergedEnds, Is.EquivalentTo(allEnds));
        Assert.That(merged.Executions, preemptions == 0 ? Is.LessThanOrEqualTo(all.Executions) : Is.LessThan(all.Executions));
    }

    /// <summary>Three looks at a number that goes from 0 to 2 come to all ten answers that do not go back.</summary>
    [Test]
    public void MergingComesToEveryAnswer([Values] bool merges, [Values(0, 1)] int delayedStores)
    {
        var answers = new HashSet<(int, int, int)>();
        Exploration exploration = new ModelChecker { Preemptions = 6, DelayedStores = delayedStores, Merges = merges }.Explore(model =>
        {
            var cells = new Cells();
            (int First, int Second, int Third) answer = default;
            model.Thread("writer", () =>
            {
                ExplorerAtomics.Write(ref cells.X, 1);
                ExplorerAtomics.Write(ref cells.X, 2);
            });
            model.Thread("reader", () => answer = (ExplorerAtomics.Read(in cells.X), ExplorerAtomics.Read(in cells.X), ExplorerAtomics.Read(in cells.X)));
            model.AtEnd(() => answers.Add(answer));
        });
        Assert.That(exploration.IsExhaustive);
        Assert.That(answers, Has.Count.EqualTo(10));
        Assert.That(answers, Has.All.Matches<(int First, int Second, int Third)>(static answer => answer.First <= answer.Second && answer.Second <= answer.Third));
    }

    /// <summary>The same where one thing that changes is no memory of the model's, but named as shared: three answers of the looks, and two of the read.</summary>
    [Test]
    public void WhatIsSharedIsPartOfTheState([Values] bool merges)
    {
        var answers = new HashSet<(bool, bool, int)>();
        Exploration exploration = new ModelChecker { Preemptions = 6, Merges = merges }.Explore(model =>
        {
            var cells = new Cells();
            bool hasFired = false;
            (bool, bool, int) answer = default;
            model.Shares(() => hasFired);
            model.Thread("canceller", () => hasFired = true);
            model.Thread("reader", () => answer = (Look(), Look(), WakeAndRead()));
            model.Thread("writer", () =>
            {
                Model.WaitUntil(() => ExplorerAtomics.Read(in cells.X) == 1);
                ExplorerAtomics.Write(ref cells.Y, 1);
            });
            model.AtEnd(() => answers.Add(answer));

            bool Look()
            {
                ExplorerAtomics.Read(in cells.X);
                return hasFired;
            }

            int WakeAndRead()
            {
                ExplorerAtomics.Write(ref cells.X, 1);
                return ExplorerAtomics.Read(in cells.Y);
            }
        });
        Assert.That(exploration.IsExhaustive);
        Assert.That(answers, Has.Count.EqualTo(6));
    }

    private static void EveryKindOfAccess(Model model)
    {
        var cells = new Cells();
        var gate = new Gate();
        var parker = new Parker();
        model.Thread("a", () =>
        {
            ExplorerAtomics.Write(ref cells.X, 1);
            ExplorerAtomics.Enter(gate);
            ExplorerAtomics.WriteSlot(ref cells.Slot, 1);
            ExplorerAtomics.Exit(gate);
            ExplorerAtomics.Write(ref cells.Y, ExplorerAtomics.Read(in cells.X));
            parker.Unpark();
        });
        model.Thread("b", () =>
        {
            if (ExplorerAtomics.CompareExchange(ref cells.X, 2, 1) == 1) ExplorerAtomics.Fence();
            ExplorerAtomics.Enter(gate);
            ExplorerAtomics.WriteSlot(ref cells.Slot, 2);
            ExplorerAtomics.Exit(gate);
            SpinWhileZero(in cells.Y);
            if (ExplorerAtomics.ReadRacingSlot(in cells.Slot) == 1) ExplorerAtomics.Add(ref cells.X, 1);
            parker.Park();
        });
    }

    private static void SpinWhileZero(ref readonly int location)
    {
        SpinWait spinner = default;
        while (ExplorerAtomics.Read(in location) == 0) ExplorerAtomics.Spin(ref spinner);
    }

    private static void AssertSound(ModelChecker checker, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        Assert.That(exploration.Failure, Is.Null);
        Assert.That(exploration.IsExhaustive);
    }
}
