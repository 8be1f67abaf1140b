using FastCore.Atomics;
using FastCore.Collections;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Collections;

/// <summary>
/// Every order of the steps of small programs on the shipped engine. Keys of one hash code share a home; sixteen of them fill
/// its group, so that the next makes the segment grow, and the one after lies behind its home.
/// </summary>
[TestFixture]
internal sealed class MapModels
{
    private const int Full = MapLayout.Lanes;

    private static readonly ModelChecker Deep = new() { Preemptions = 3 };

    private static readonly ModelChecker Strong = new() { Preemptions = 2 };

    /// <summary>For programs too long for two preemptions.</summary>
    private static readonly ModelChecker Light = new() { Preemptions = 1 };

    private static readonly ModelChecker Delaying = new() { Preemptions = 2, DelayedStores = 1 };

    private static readonly FourWords Old = new(1);

    private static readonly FourWords New = new(2);

    [Test]
    public void AReaderSeesWholeValues() => ModelAssert.Sound(Deep, ReaderMeetsWriter<ExplorerAtomics>);

    [Test]
    public void AReaderSeesWholeValuesThoughStoresAreLate() => ModelAssert.Sound(Delaying, ReaderMeetsWriter<ExplorerAtomics>);

    [Test]
    public void PlantedEarlyLookIsFound() => ModelAssert.Found(Deep, "A value", ReaderMeetsWriter<FaultyAtomics<EarlyLook>>);

    [Test]
    public void PlantedPublicationBeforeTheWriteIsFound() => ModelAssert.Found(Deep, "", ReaderMeetsWriter<FaultyAtomics<PublishFirst>>);

    [Test]
    public void ASlotThatIsUsedAgainIsNotTakenForTheKeyBefore() => ModelAssert.Sound(Deep, ReaderMeetsReuse<ExplorerAtomics>);

    [Test]
    public void PlantedEarlyLookTakesOneKeyForAnother() => ModelAssert.Found(Deep, "", ReaderMeetsReuse<FaultyAtomics<EarlyLook>>);

    [Test]
    public void AKeyIsAddedOnce() => ModelAssert.Sound(Strong, TwoAdd<ExplorerAtomics>);

    [Test]
    public void PlantedSplitLockIsFound() => ModelAssert.Found(Strong, "", TwoAdd<FaultyAtomics<SplitUpdates>>);

    [Test]
    public void WritersOfAGroupCountOn() => ModelAssert.Sound(Strong, TwoUpdate<ExplorerAtomics>);

    [Test]
    public void PlantedSplitLockLosesAnUpdate() => ModelAssert.Found(Strong, "", TwoUpdate<FaultyAtomics<SplitUpdates>>);

    /// <summary>The parameter: how many groups a segment may have before it parts in two, and the directory doubles.</summary>
    [TestCase(64)]
    [TestCase(1)]
    public void GrowthLosesNothing(int mostGroups) => ModelAssert.Sound(Strong, model => GrowthMeetsWriter<ExplorerAtomics>(model, mostGroups));

    [TestCase(64)]
    [TestCase(1)]
    public void PlantedSplitLockLosesAnUpdateToGrowth(int mostGroups) =>
        ModelAssert.Found(Strong, "", model => GrowthMeetsWriter<FaultyAtomics<SplitUpdates>>(model, mostGroups));

    [TestCase(64)]
    [TestCase(1)]
    public void GrowthStopsNoReader(int mostGroups) => ModelAssert.Sound(Strong, model => GrowthMeetsReader<ExplorerAtomics>(model, mostGroups));

    /// <summary>A segment is published before its slots are written.</summary>
    [Test]
    public void PlantedPublicationOfAnEmptySegmentIsFound() => ModelAssert.Found(Strong, "", model => GrowthMeetsReader<FaultyAtomics<PublishFirst>>(model, 64));

    [Test]
    public void TwoThatGrowASegmentGrowItOnce() => ModelAssert.Sound(Light, TwoGrow<ExplorerAtomics>);

    [Test]
    public void PlantedOpenGateIsFound() => ModelAssert.Found(Light, "", TwoGrow<FaultyAtomics<OpenGate>>);

    [Test]
    public void EntriesBehindTheirHomeAreFoundWhileOthersComeAndGo() => ModelAssert.Sound(Light, DisplacedEntries<ExplorerAtomics>);

    [Test]
    public void PlantedSplitLockLosesADisplacedEntry() => ModelAssert.Found(Strong, "", DisplacedEntries<FaultyAtomics<SplitUpdates>>);

    [Test]
    public void ASnapshotIsOfOneMoment() => ModelAssert.Sound(Strong, SnapshotMeetsWriter<ExplorerAtomics>);

    [Test]
    public void PlantedSplitFreezeSpoilsASnapshot() => ModelAssert.Found(Strong, "", SnapshotMeetsWriter<FaultyAtomics<SplitUpdates>>);

    [Test]
    public void ClearingTakesPlaceAtOneMoment() => ModelAssert.Sound(Strong, ClearMeetsWriter<ExplorerAtomics>);

    private static void ReaderMeetsWriter<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(1);
        model.Thread("writer", () => map.Set(Key(0), New));
        model.Thread("reader", () => RequireOldOrNew(map, 0));
    }

    private static void ReaderMeetsReuse<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(1);
        model.Thread("writer", () =>
        {
            Model.Require(map.TryRemove(Key(0), out FourWords removed) && removed == Old, "The key is removed with its value.");
            map.TryAdd(Key(1), New);
        });
        model.Thread("reader", () =>
        {
            if (map.TryRead(Key(0), out FourWords value)) Model.Require(value == Old, "A key has the value of another.");
            if (map.TryRead(Key(1), out value)) Model.Require(value == New, "A key has the value of another.");
        });
    }

    private static void TwoAdd<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(1);
        bool[] added = new bool[2];
        for (int i = 0; i < 2; i++)
        {
            int thread = i;
            model.Thread($"writer {thread}", () => added[thread] = map.TryAdd(Key(5), new FourWords(thread)));
        }

        model.AtEnd(() =>
        {
            Model.Require(added[0] != added[1], "One of two adds a key.");
            Model.Require(map.TryRead(Key(5), out FourWords value) && value == new FourWords(added[0] ? 0 : 1), "The value is that of the one.");
            Model.Require(map.Count == 2, "The key is there once.");
        });
    }

    private static void TwoUpdate<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(1);
        for (int i = 0; i < 2; i++)
        {
            model.Thread($"writer {i}", () => map.AddOrUpdate(Key(0), static (_, _) => default, static (_, value, _) => new FourWords(value.A + 1), 0));
        }

        model.AtEnd(() => Model.Require(map.TryRead(Key(0), out FourWords value) && value == new FourWords(3), "Both updates count."));
    }

    private static void GrowthMeetsWriter<TAtomics>(Model model, int mostGroups) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = FullGroup<TAtomics>(mostGroups);
        model.Thread("grower", () => map.TryAdd(new OwnEqualityProbe<int>(Full), Old));
        model.Thread("writer", () => map.Set(new OwnEqualityProbe<int>(3), New));
        model.AtEnd(() =>
        {
            for (int i = 0; i <= Full; i++) Model.Require(map.TryRead(new OwnEqualityProbe<int>(i), out FourWords value) && value == (i == 3 ? New : Old), "What was written is there.");
            Model.Require(map.Count == Full + 1, "Every key is there once.");
        });
    }

    private static void GrowthMeetsReader<TAtomics>(Model model, int mostGroups) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = FullGroup<TAtomics>(mostGroups);
        model.Thread("grower", () =>
        {
            map.TryAdd(new OwnEqualityProbe<int>(Full), Old);
            map.Set(new OwnEqualityProbe<int>(3), New);
        });
        model.Thread("reader", () =>
        {
            bool wasAdded = map.TryRead(new OwnEqualityProbe<int>(Full), out _);
            Model.Require(map.TryRead(new OwnEqualityProbe<int>(3), out FourWords first) && (first == Old || first == New), "A key is there all the time.");
            Model.Require(first == Old || map.TryRead(new OwnEqualityProbe<int>(Full), out _), "The second write is seen without the first.");
            Model.Require(map.TryRead(new OwnEqualityProbe<int>(3), out FourWords second) && (first == Old || second == New), "A value goes back.");
            Model.Require(!wasAdded || map.TryRead(new OwnEqualityProbe<int>(Full), out _), "A key goes away.");
        });
    }

    private static MapCore<int, FourWords, TAtomics> FullGroup<TAtomics>(int mostGroups) where TAtomics : struct, IAtomics
    {
        var map = new MapCore<int, FourWords, TAtomics>(0, storesHashCodes: false, new MapTuning(mostGroups, 1));
        for (int i = 0; i < Full; i++) map.TryAdd(new OwnEqualityProbe<int>(i), Old);
        return map;
    }

    private static void TwoGrow<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(Full);
        for (int i = 0; i < 2; i++)
        {
            int key = Full + i;
            model.Thread($"grower {i}", () => map.TryAdd(Key(key), Old));
        }

        model.AtEnd(() =>
        {
            for (int i = 0; i < Full + 2; i++) Model.Require(map.TryRead(Key(i), out _), "What was added is there.");
            Model.Require(map.Count == Full + 2, "Every key is there once.");
        });
    }

    private static void DisplacedEntries<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(Full + 2);
        model.Thread("remover", () => Model.Require(map.TryRemove(Key(Full), out FourWords removed) && removed == Old, "A displaced key is removed."));
        model.Thread("adder", () =>
        {
            RequireOldOrNew(map, Full + 1);
            Model.Require(map.TryAdd(Key(Full + 2), New), "Another is added behind it.");
        });
        model.AtEnd(() =>
        {
            Model.Require(!map.TryRead(Key(Full), out _), "What was removed is gone.");
            Model.Require(map.TryRead(Key(Full + 2), out FourWords value) && value == New, "What was added is there.");
            Model.Require(map.Count == Full + 2, "Every key is there once.");
        });
    }

    private static void SnapshotMeetsWriter<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(2);
        model.Thread("writer", () =>
        {
            map.Set(Key(0), New);
            map.Set(Key(1), New);
        });
        model.Thread("looker", () =>
        {
            var seen = map.ToArray().ToDictionary();
            Model.Require(seen.Count == 2, "All keys are in the snapshot.");
            Model.Require(seen[0] == New || seen[1] == Old, "The snapshot has the second write without the first.");
        });
        model.AtEnd(() => Model.Require(map.TryRead(Key(1), out FourWords value) && value == New, "The writer goes on."));
    }

    private static void ClearMeetsWriter<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        MapCore<int, FourWords, TAtomics> map = Filled<TAtomics>(2);
        bool second = false;
        model.Thread("clearer", map.Clear);
        model.Thread("writer", () =>
        {
            map.TryAdd(Key(2), New);
            second = map.TryAdd(Key(0), New);
        });
        model.AtEnd(() =>
        {
            Model.Require(map.TryRead(Key(0), out _) == second, "The key is there if it was added after the clearing.");
            Model.Require(!map.TryRead(Key(1), out _), "What was there before is gone.");
            Model.Require(second || !map.TryRead(Key(2), out _), "What was added before a write that found the old entries is gone with them.");
        });
    }

    private static void RequireOldOrNew<TAtomics>(MapCore<int, FourWords, TAtomics> map, int key) where TAtomics : struct, IAtomics
    {
        Model.Require(map.TryRead(Key(key), out FourWords value), "A key is there all the time.");
        Model.Require(value == Old || value == New, "A value is neither of those written.");
    }

    private static MapCore<int, FourWords, TAtomics> Filled<TAtomics>(int entries) where TAtomics : struct, IAtomics
    {
        var map = new MapCore<int, FourWords, TAtomics>(0, storesHashCodes: true, new MapTuning(64, 1));
        for (int i = 0; i < entries; i++) map.TryAdd(Key(i), Old);
        return map;
    }

    private static CollidingProbe Key(int key) => new(key, 0);
}
