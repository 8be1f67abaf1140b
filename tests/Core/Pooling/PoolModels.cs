using FastCore.Atomics;
using FastCore.Pooling;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Pooling;

/// <summary>Every interleaving of a cache's owner with one who claims it, and of caches that exchange with the depot, after planted faults have been found.</summary>
[TestFixture]
internal sealed class PoolModels
{
    private static readonly ModelChecker Checker = new() { Preemptions = 2 };

    private static readonly ModelChecker WithDelayedStores = new() { Preemptions = 2, DelayedStores = 2 };

    [Test]
    public void PlantedForgottenFenceIsFound() => ModelAssert.Found(WithDelayedStores, "alone", Claim<FaultyAtomics<NoFenceOfAllProcessors>>);

    [Test]
    public void PlantedOpenGateIsFound() => ModelAssert.Found(Checker, "", Exchange<FaultyAtomics<OpenGate>>);

    [Test]
    public void PlantedTheftWithoutAClaimIsFound() => ModelAssert.Found(WithDelayedStores, "", TakeBack<FaultyAtomics<NoFenceOfAllProcessors>>);

    [Test]
    public void OwnerAndClaimerAreNeverInTogether() => ModelAssert.Sound(WithDelayedStores, Claim<ExplorerAtomics>);

    [Test]
    public void WhatIsExchangedIsInOneHand() => ModelAssert.Sound(Checker, Exchange<ExplorerAtomics>);

    [Test]
    public void WhatIsTakenBackIsInOneHand() => ModelAssert.Sound(WithDelayedStores, TakeBack<ExplorerAtomics>);

    [Test]
    public void TheLastOneIsHadOnceOrLost() => ModelAssert.Sound(WithDelayedStores, LetGo<ExplorerAtomics>);

    private static void Claim<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var held = new Held();
        int inside = 0;
        model.Thread("owner", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                if (!held.Lock.TryEnter<TAtomics>()) continue;
                Work();
                held.Lock.Leave<TAtomics>();
            }
        });
        model.Thread("claimer", () =>
        {
            if (!held.Lock.TryClaim<TAtomics>()) return;
            Work();
            held.Lock.Release<TAtomics>();
        });

        void Work()
        {
            Model.Require(inside++ == 0, "Who is inside is alone.");
            // A step, so that the other may come.
            ExplorerAtomics.Write(ref held.Step, 1);
            inside--;
        }
    }

    /// <summary>Two threads whose magazines hold one object each: whatever they return goes through the depot.</summary>
    private static void Exchange<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var core = new PoolCore<TAtomics>(magazineSize: 1, maximumRetained: 2);
        var items = new Items();
        model.Thread("first", () => Use(core, items));
        model.Thread("second", () => Use(core, items));
        model.AtEnd(() =>
        {
            var left = new List<object>();
            core.Close(left);
            Model.Require(left.Distinct().Count() == left.Count, "What is kept is kept once.");
        });
    }

    private static void Use<TAtomics>(PoolCore<TAtomics> core, Items items)
        where TAtomics : struct, IAtomics
    {
        PoolCache cache = core.AddCache(1, Thread.CurrentThread)!;
        // Three fill both magazines and one of the depot's.
        Item[] own = [.. Enumerable.Range(0, 3).Select(_ => new Item())];
        foreach (Item item in own) items.Return(core, cache, item);
        for (int i = 0; i < 2; i++) items.Get(core, cache);
    }

    /// <summary>An owner that gets and returns, while another takes back what its cache holds.</summary>
    private static void TakeBack<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var core = new PoolCore<TAtomics>(magazineSize: 1, maximumRetained: 1);
        var items = new Items();
        PoolCache cache = core.AddCache(1, Thread.CurrentThread)!;
        items.Return(core, cache, new Item());
        model.Thread("owner", () =>
        {
            if (PoolCore<TAtomics>.TryGet(cache) is not { } item) return;
            items.Take(item);
            ((Item)item).IsOut = false;
            PoolCore<TAtomics>.TryReturn(cache, item);
        });
        model.Thread("other", () => core.Reclaim(cache, hasEnded: false, []));
        model.AtEnd(() =>
        {
            if (core.Depot.TakeOne() is { } stolen) items.Take(stolen);
            if (PoolCore<TAtomics>.TryGet(cache) is { } kept) items.Take(kept);
        });
    }

    /// <summary>The object that was returned last has no lock: it may be lost to the pool, and is never had twice.</summary>
    private static void LetGo<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        var core = new PoolCore<TAtomics>(magazineSize: 1, maximumRetained: 1);
        var items = new Items();
        PoolCache cache = core.AddCache(1, Thread.CurrentThread)!;
        PoolCore<TAtomics>.TryReturnLast(cache, new Item { IsOut = false });
        model.Thread("owner", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                if (PoolCore<TAtomics>.TryGetLast(cache) is not { } item) return;
                items.Take(item);
                ((Item)item).IsOut = false;
                Model.Require(PoolCore<TAtomics>.TryReturnLast(cache, item), "There is room for it.");
            }
        });
        model.Thread("other", () =>
        {
            core.Reclaim(cache, hasEnded: false, []);
            Model.Require(core.Depot.TakeOne() == null, "What a living thread has returned last nobody else takes.");
        });
    }

    private sealed class Held
    {
        internal BiasedLock Lock;

        internal int Step;
    }

    private sealed class Item
    {
        internal bool IsOut = true;
    }

    private sealed class Items
    {
        internal void Return<TAtomics>(PoolCore<TAtomics> core, PoolCache cache, Item item)
            where TAtomics : struct, IAtomics
        {
            item.IsOut = false;
            if (PoolCore<TAtomics>.TryReturn(cache, item)) return;
            core.ReturnSlowly(cache, item, out List<object>? dropped);
            foreach (object gone in dropped ?? []) Take(gone);
        }

        internal Item? Get<TAtomics>(PoolCore<TAtomics> core, PoolCache cache)
            where TAtomics : struct, IAtomics
        {
            object? item = PoolCore<TAtomics>.TryGet(cache);
            if (item == null)
            {
                item = core.GetSlowly(cache, out List<object>? dropped);
                foreach (object gone in dropped ?? []) Take(gone);
            }

            if (item != null) Take(item);
            return (Item?)item;
        }

        internal void Take(object item)
        {
            var taken = (Item)item;
            Model.Require(!taken.IsOut, "An object is in one hand.");
            taken.IsOut = true;
        }
    }
}
