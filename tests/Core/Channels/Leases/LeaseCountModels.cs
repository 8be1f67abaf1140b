using FastCore.Atomics;
using FastCore.Channels.Leases;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Channels.Leases;

/// <summary>Every interleaving of leases that are shared and given back, after the planted fault has been found.</summary>
[TestFixture]
internal sealed class LeaseCountModels
{
    private static readonly ModelChecker Checker = new() { Preemptions = 4 };

    [Test]
    public void PlantedTwoStepCountIsFound() => ModelAssert.Found(Checker, "ended is not shared", Share<FaultyAtomics<TwoStepClaim>>);

    [Test]
    public void TheLastOneIsLastOnce() => ModelAssert.Sound(Checker, Share<ExplorerAtomics>);

    /// <summary>
    /// Two leases, each on its own thread, share once and are given back; a third thread tries to share from one of them
    /// that may be gone.
    /// </summary>
    private static void Share<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var leases = new Holder<TAtomics>();
        Model.Require(leases.Count.TryAdd(), "The first lease can be shared.");
        int live = 2;
        int ends = 0;
        model.Thread("owner 1", ShareAndGiveBack);
        model.Thread("owner 2", GiveBack);
        model.Thread("late", ShareAndGiveBackOnce);
        model.AtEnd(() =>
        {
            Model.Require(ends == 1, "Exactly one was the last.");
            Model.Require(!leases.Count.TryAdd(), "None can be had after it.");
        });

        void ShareAndGiveBack()
        {
            Model.Require(leases.Count.TryAdd(), "A lease that is out can be shared.");
            live++;
            GiveBack();
            GiveBack();
        }

        void ShareAndGiveBackOnce()
        {
            if (!leases.Count.TryAdd()) return;
            Model.Require(ends == 0, "What has ended is not shared.");
            live++;
            GiveBack();
        }

        void GiveBack()
        {
            live--;
            if (!leases.Count.Remove()) return;
            ends++;
            Model.Require(live == 0, "The last one is the last.");
        }
    }

    private sealed class Holder<TAtomics>
        where TAtomics : struct, IAtomics
    {
        internal LeaseCount<TAtomics> Count = new();
    }
}
