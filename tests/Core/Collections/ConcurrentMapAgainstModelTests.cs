using CsCheck;
using FastCore.Atomics;
using FastCore.Collections;

namespace FastCore.Tests.Collections;

/// <summary>Random calls on one thread, beside a dictionary: every answer must be the same.</summary>
[TestFixture]
internal sealed class ConcurrentMapAgainstModelTests
{
    private enum Call
    {
        Set,
        TryAdd,
        GetOrAdd,
        AddOrUpdate,
        TryUpdate,
        TryRemove,
        TryRemovePair,
        TryGetValue,
        Clear,
    }

    private static readonly Gen<(Call Call, int Key, int Value)[]> Programs = Gen.Select(
        Gen.Frequency(
            (4, Gen.Const(Call.Set)),
            (8, Gen.Const(Call.TryAdd)),
            (2, Gen.Const(Call.GetOrAdd)),
            (2, Gen.Const(Call.AddOrUpdate)),
            (2, Gen.Const(Call.TryUpdate)),
            (5, Gen.Const(Call.TryRemove)),
            (1, Gen.Const(Call.TryRemovePair)),
            (3, Gen.Const(Call.TryGetValue)),
            (1, Gen.Frequency((30, Gen.Const(Call.TryGetValue)), (1, Gen.Const(Call.Clear))))),
        Gen.Int[0, 90],
        Gen.Int[0, 3]).Array[0, 500];

    [Test]
    public void PlainKeys() => Check(static () => new ConcurrentMap<int, FourWords>(), static key => key);

    [Test]
    public void WordsThatDifferInTheirUpperHalf() => Check(static () => new ConcurrentMap<long, FourWords>(), static key => (long)key << 40);

    [Test]
    public void Strings() => Check(static () => new ConcurrentMap<string, FourWords>(), static key => $"key {key}");

    [Test]
    public void StringsWithoutCase() => Check(static () => new ConcurrentMap<string, FourWords>(StringComparer.OrdinalIgnoreCase), static key => key % 2 == 0 ? $"KEY {key}" : $"key {key}");

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    public void HostileHashCodes(int mask) => Check(() => new ConcurrentMap<int, FourWords>(new HostileComparer<int>(key => key & mask)), static key => key);

    [Test]
    public void HashCodesThatDifferInOneBit() => Check(static () => new ConcurrentMap<int, FourWords>(new HostileComparer<int>(static key => 1 << (key % 32))), static key => key);

    /// <summary>Segments of a group or two, so that all there is to growth happens all the time.</summary>
    [TestCase(1, 0)]
    [TestCase(2, 1)]
    public void SmallSegments(int mostGroups, int reach) => Programs.Sample(program =>
    {
        var map = new MapCore<int, int, HardwareAtomics>(0, storesHashCodes: false, new MapTuning(mostGroups, reach));
        var model = new Dictionary<int, int>();
        foreach ((Call call, int key, int value) in program)
        {
            var probe = new OwnEqualityProbe<int>(key);
            if (call is Call.TryRemove or Call.TryRemovePair)
            {
                if (map.TryRemove(probe, out int removed) != model.Remove(key, out int expected) || removed != expected) return false;
            }
            else
            {
                map.Set(probe, value);
                model[key] = value;
            }

            if (map.Count != model.Count) return false;
        }

        return map.ToArray().OrderBy(static entry => entry.Key).SequenceEqual(model.OrderBy(static entry => entry.Key))
            && model.All(entry => map.TryRead(new OwnEqualityProbe<int>(entry.Key), out int value) && value == entry.Value);
    }, iter: 300, threads: 1);

    private static void Check<TKey>(Func<ConcurrentMap<TKey, FourWords>> create, Func<int, TKey> keyOf)
        where TKey : notnull =>
        Programs.Sample(program =>
        {
            ConcurrentMap<TKey, FourWords> map = create();
            var model = new Dictionary<TKey, FourWords>(map.Comparer);
            return Array.TrueForAll(program, step => AreSame(step.Call, keyOf(step.Key), new FourWords(step.Value), map, model))
                && map.Count == model.Count
                && map.IsEmpty == (model.Count == 0)
                && model.All(entry => map[entry.Key] == entry.Value)
                && IsSameSet(map, model)
                && IsSameSet(map.ToArray(), model);
        }, iter: 200, threads: 1);

    private static bool IsSameSet<TKey>(IEnumerable<KeyValuePair<TKey, FourWords>> entries, Dictionary<TKey, FourWords> model)
        where TKey : notnull
    {
        var seen = new Dictionary<TKey, FourWords>(model.Comparer);
        foreach ((TKey key, FourWords value) in entries) seen.Add(key, value);
        return seen.Count == model.Count && seen.All(entry => model[entry.Key] == entry.Value);
    }

    private static bool AreSame<TKey>(Call call, TKey key, FourWords value, ConcurrentMap<TKey, FourWords> map, Dictionary<TKey, FourWords> model)
        where TKey : notnull
    {
        bool has = model.TryGetValue(key, out FourWords present);
        switch (call)
        {
            case Call.Set:
                map[key] = value;
                model[key] = value;
                return true;
            case Call.TryAdd:
                model.TryAdd(key, value);
                return map.TryAdd(key, value) == !has;
            case Call.GetOrAdd:
                model.TryAdd(key, value);
                return map.GetOrAdd(key, value) == model[key];
            case Call.AddOrUpdate:
                model[key] = has ? new FourWords(present.A + value.A) : value;
                return map.AddOrUpdate(key, static (_, argument) => argument, static (_, old, argument) => new FourWords(old.A + argument.A), value) == model[key];
            case Call.TryUpdate:
                bool updates = has && present == value;
                if (updates) model[key] = new FourWords(9);
                return map.TryUpdate(key, new FourWords(9), value) == updates;
            case Call.TryRemove:
                model.Remove(key);
                return map.TryRemove(key, out FourWords removed) == has && removed == present;
            case Call.TryRemovePair:
                bool removes = has && present == value;
                if (removes) model.Remove(key);
                return map.TryRemove(KeyValuePair.Create(key, value)) == removes;
            case Call.Clear:
                map.Clear();
                model.Clear();
                return true;
            default:
                return map.TryGetValue(key, out FourWords seen) == has && seen == present;
        }
    }
}
