using FastCore.Perf.Collections;

namespace FastCore.EndToEnd.Tests.Collections;

/// <summary>The bench of the map refuses what is wrong.</summary>
internal sealed class MapBenchTests
{
    private const int Operations = 20_000;

    private static readonly MapKeys<long> Keys = MapKeys<long>.Draw(1_000, KeyDistribution.Zipfian, MapKeys.Number);

    [Test]
    public void A_map_that_is_right_is_measured()
    {
        using var mix = new MapRun<FastCoreMap<long>, long>(Keys, threads: 2, percentReads: 50);
        Assert.That(mix.Run(Operations).Operations, Is.EqualTo(Operations));
        using var fill = new MapFillRun<FastCoreMap<long>, long>(Keys.Keys, threads: 2);
        Assert.That(fill.Run(0).Operations, Is.EqualTo(Keys.Keys.Length));
    }

    [Test]
    public void An_addition_that_is_lost_is_told()
    {
        using var mix = new MapRun<FaultyMap<LosesAdditions>, long>(Keys, threads: 1, percentReads: 0);
        Assert.That(() => mix.Run(Operations), Throws.TypeOf<InvalidDataException>());
        using var fill = new MapFillRun<FaultyMap<LosesAdditions>, long>(Keys.Keys, threads: 1);
        Assert.That(() => fill.Run(0), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_value_of_another_key_is_told()
    {
        using var mix = new MapRun<FaultyMap<MixesValues>, long>(Keys, threads: 1, percentReads: 100);
        Assert.That(() => mix.Run(Operations), Throws.TypeOf<InvalidDataException>());
    }

    private interface IFault
    {
        static virtual bool LosesAdditions => false;

        static virtual bool MixesValues => false;
    }

    private readonly struct LosesAdditions : IFault
    {
        static bool IFault.LosesAdditions => true;
    }

    private readonly struct MixesValues : IFault
    {
        static bool IFault.MixesValues => true;
    }

    private readonly struct FaultyMap<TFault>(Dictionary<long, long> map) : IMapTarget<FaultyMap<TFault>, long> where TFault : IFault
    {
        public IEnumerable<long> Values => map.Values;

        public static FaultyMap<TFault> Create() => new([]);

        public bool TryGet(long key, out long value)
        {
            bool isThere = map.TryGetValue(key, out value);
            if (TFault.MixesValues && key % 64 == 0) value += 1 << 16;
            return isThere;
        }

        public void Set(long key, long value) => map[key] = value;

        public bool TryAdd(long key, long value) => (TFault.LosesAdditions && key % 64 == 0) || map.TryAdd(key, value);

        public bool TryRemove(long key, out long value) => map.Remove(key, out value);
    }
}
