using System.Collections;
using System.Collections.Concurrent;
using FastCore.Collections;

namespace FastCore.Tests.Collections;

/// <summary>What <see cref="System.Collections.Concurrent.ConcurrentDictionary{TKey, TValue}"/> promises, and what the map promises beyond.</summary>
[TestFixture]
internal sealed class ConcurrentMapTests
{
    private static readonly string Null = null!;

    [Test]
    public void NullKeysAreRefusedByTheirName()
    {
        var map = new ConcurrentMap<string, int>();
        Action[] calls =
        [
            () => map.TryAdd(Null, 1), () => map.TryGetValue(Null, out _), () => map.TryRemove(Null, out _), () => map.TryUpdate(Null, 1, 2), () => map.ContainsKey(Null),
            () => map[Null] = 1, () => _ = map[Null], () => map.GetOrAdd(Null, 1), () => map.GetOrAdd(Null, static _ => 1), () => map.AddOrUpdate(Null, 1, static (_, _) => 1),
            () => map.GetOrAddOnce(Null, static _ => 1), () => _ = map.GetOrAddAsync(Null, static (_, _) => new(1)).AsTask(), () => ((IDictionary<string, int>)map).Add(Null, 1),
        ];
        foreach (Action call in calls) Assert.That(call, Throws.ArgumentNullException.With.Property("ParamName").EqualTo("key"));
        Assert.That(() => map.TryRemove(KeyValuePair.Create(Null, 1)), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("item"));
    }

    [Test]
    public void NullFactoriesAreRefused()
    {
        var map = new ConcurrentMap<int, int> { [1] = 1 };
        Assert.That(() => map.GetOrAdd(1, (Func<int, int>)null!), Throws.ArgumentNullException);
        Assert.That(() => map.GetOrAdd(1, null!, 0), Throws.ArgumentNullException);
        Assert.That(() => map.AddOrUpdate(1, 1, null!), Throws.ArgumentNullException);
        Assert.That(() => map.AddOrUpdate(1, null!, static (_, value) => value), Throws.ArgumentNullException);
        Assert.That(() => map.AddOrUpdate(1, static (_, argument) => argument, null!, 0), Throws.ArgumentNullException);
        Assert.That(() => map.GetOrAddOnce(1, null!), Throws.ArgumentNullException);
        Assert.That(() => map.GetOrAddAsync(1, null!).AsTask(), Throws.ArgumentNullException);
    }

    [Test]
    public void AMissingKeyIsNamed() => Assert.That(() => new ConcurrentMap<int, int>()[42], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("42"));

    [Test]
    public void ANegativeCapacityIsRefused() => Assert.That(static () => new ConcurrentMap<int, int>(-1), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(0)]
    [TestCase(16)]
    [TestCase(1_000)]
    [TestCase(20_000)]
    public void ACapacityIsNoLimit(int capacity)
    {
        var map = new ConcurrentMap<long, long>(capacity);
        for (long key = 0; key < 3_000; key++) map[key] = key;
        Assert.That(map, Has.Count.EqualTo(3_000));
    }

    [Test]
    public void ACollectionIsCopiedAndADoubleKeyRefused()
    {
        KeyValuePair<string, int>[] entries = [new("a", 1), new("b", 2)];
        Assert.That(new ConcurrentMap<string, int>(entries).ToArray(), Is.EquivalentTo(entries));
        Assert.That(() => new ConcurrentMap<string, int>([.. entries, new("A", 3)], StringComparer.OrdinalIgnoreCase), Throws.ArgumentException);
        Assert.That(static () => new ConcurrentMap<string, int>((IEnumerable<KeyValuePair<string, int>>)null!), Throws.ArgumentNullException);
    }

    [Test]
    public void AnOverwrittenEntryKeepsItsKey()
    {
        var map = new ConcurrentMap<string, int>(StringComparer.OrdinalIgnoreCase) { ["Key"] = 1 };
        map["KEY"] = 2;
        Assert.That(map.ToArray(), Is.EqualTo((KeyValuePair<string, int>[])[new("Key", 2)]));
    }

    [Test]
    public void ValuesMayBeNullAndAreComparedSo()
    {
        var map = new ConcurrentMap<int, string?> { [1] = null };
        Assert.That(map.TryUpdate(1, "a", null), Is.True);
        Assert.That(map.TryRemove(KeyValuePair.Create(1, (string?)"b")), Is.False);
        Assert.That(map.TryRemove(KeyValuePair.Create(1, (string?)"a")), Is.True);
    }

    /// <summary>Under a lock, the call back into the map, for the same key even, would wait for itself.</summary>
    [Test]
    public void FactoriesMayCallBack()
    {
        var map = new ConcurrentMap<int, int>();
        Assert.That(map.GetOrAdd(1, key => map.GetOrAdd(key, 5) + 1), Is.EqualTo(5));
        Assert.That(map.AddOrUpdate(2, key => map.TryAdd(key, 1) ? 10 : 0, (_, value) => value + 1), Is.EqualTo(2));
        int calls = 0;
        Assert.That(map.AddOrUpdate(1, 0, (key, value) => calls++ == 0 ? map[key] = 7 : value + 1), Is.EqualTo(8), "The value changed meanwhile, so the factory is asked again.");
        Assert.That(calls, Is.EqualTo(2));
    }

    [Test]
    public void AFactoryThatThrowsChangesNothing()
    {
        var map = new ConcurrentMap<int, int> { [1] = 1 };
        Assert.That(() => map.GetOrAdd(2, static _ => throw new InvalidDataException()), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => map.AddOrUpdate(1, 0, static (_, _) => throw new InvalidDataException()), Throws.TypeOf<InvalidDataException>());
        Assert.That(map.ToArray(), Is.EqualTo((KeyValuePair<int, int>[])[new(1, 1)]));
    }

    /// <summary>A comparer runs outside of locks, so that neither its calls back nor its exceptions do harm.</summary>
    [Test]
    public void AComparerMayCallBackAndThrow()
    {
        ConcurrentMap<int, int> map = null!;
        bool throws = false;
        map = new ConcurrentMap<int, int>(new HostileComparer<int>(key =>
        {
            if (throws) throw new InvalidDataException();
            if (key > 0) map[-key] = key;
            return 1;
        }));
        for (int key = 1; key <= 40; key++) map[key] = key;
        throws = true;
        Assert.That(() => map[1] = 1, Throws.TypeOf<InvalidDataException>());
        throws = false;
        Assert.That(map, Has.Count.EqualTo(80));
    }

    [Test]
    public void AnEnumerationMeetsWhatStaysOnceWhileTheMapGrowsShrinksAndIsCleared()
    {
        var map = new ConcurrentMap<int, int>();
        for (int key = 0; key < 1_000; key++) map[key] = key;
        var seen = new List<int>();
        foreach ((int key, int _) in map)
        {
            seen.Add(key);
            for (int i = 0; i < 20; i++) map[1_000 + (seen.Count * 20) + i] = 0;
            map.TryRemove(1_000 + (seen.Count * 10), out _);
            if (seen.Count > 5_000) break;
        }

        Assert.That(seen, Is.Unique);
        if (seen.Count <= 5_000) Assert.That(seen, Is.SupersetOf(Enumerable.Range(0, 1_000)));
        using IEnumerator<KeyValuePair<int, int>> entries = map.GetEnumerator();
        Assert.That(entries.MoveNext(), Is.True);
        map.Clear();
        while (entries.MoveNext())
        {
            // What was copied before, or nothing.
        }

        Assert.That(map, Is.Empty);
    }

    [Test]
    public void KeysAndValuesAreSnapshots()
    {
        var map = new ConcurrentMap<int, string> { [1] = "a", [2] = "b" };
        ICollection<int> keys = map.Keys;
        ICollection<string> values = map.Values;
        map.Clear();
        Assert.That(keys, Is.EquivalentTo((int[])[1, 2]));
        Assert.That(values, Is.EquivalentTo((string[])["a", "b"]));
        Assert.That(() => keys.Add(3), Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void InterfacesOfDictionaries()
    {
        var map = new ConcurrentMap<string, int>();
        IDictionary<string, int> generic = map;
        generic.Add("a", 1);
        Assert.That(() => generic.Add("a", 2), Throws.ArgumentException);
        Assert.That(generic.Contains(new("a", 1)) && !generic.Contains(new("a", 2)) && !generic.IsReadOnly);
        Assert.That(generic.Remove("b"), Is.False);
        var entries = new KeyValuePair<string, int>[2];
        generic.CopyTo(entries, 1);
        Assert.That(entries[1], Is.EqualTo(KeyValuePair.Create("a", 1)));
        Assert.That(() => generic.CopyTo(entries, 2), Throws.ArgumentException);
        Assert.That(() => generic.CopyTo(entries, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        IDictionary plain = map;
        plain["b"] = 2;
        Assert.That((plain["b"], plain["c"], plain[7], plain.Contains(7)), Is.EqualTo(((object?)2, (object?)null, (object?)null, false)));
        Assert.That(() => plain[7] = 1, Throws.ArgumentException);
        Assert.That(() => plain["c"] = null, Throws.ArgumentException);
        Assert.That(() => plain.SyncRoot, Throws.TypeOf<NotSupportedException>());
        var objects = new object[2];
        plain.CopyTo(objects, 0);
        var old = new DictionaryEntry[2];
        plain.CopyTo(old, 0);
        Assert.That(objects, Is.EquivalentTo((object[])[KeyValuePair.Create("a", 1), KeyValuePair.Create("b", 2)]));
        Assert.That(old.Select(static entry => entry.Key), Is.EquivalentTo((string[])["a", "b"]));
        Assert.That(() => plain.CopyTo(new int[2], 0), Throws.ArgumentException);
        IDictionaryEnumerator enumerator = plain.GetEnumerator();
        int sum = 0;
        while (enumerator.MoveNext()) sum += (int)enumerator.Value!;
        Assert.That(sum, Is.EqualTo(3));
        plain.Remove("a");
        Assert.That(((IReadOnlyDictionary<string, int>)map).Keys, Is.EqualTo((string[])["b"]));
    }

    /// <summary>As the enumerators of the stock dictionary do.</summary>
    [TestCaseSource(nameof(Dictionaries))]
    public void AnEnumeratorBeginsAnewAfterAReset(IDictionary<int, int> dictionary)
    {
        for (int key = 0; key < 100; key++) dictionary.Add(key, key);
        using IEnumerator<KeyValuePair<int, int>> entries = dictionary.GetEnumerator();
        IDictionaryEnumerator untyped = ((IDictionary)dictionary).GetEnumerator();
        foreach (IEnumerator enumerator in (IEnumerator[])[entries, untyped])
        {
            for (int i = 0; i < 40; i++) Assert.That(enumerator.MoveNext(), Is.True);
            enumerator.Reset();
            int count = 0;
            while (enumerator.MoveNext()) count++;
            Assert.That(count, Is.EqualTo(100));
            Assert.That(enumerator.MoveNext(), Is.False);
            enumerator.Reset();
            Assert.That(enumerator.MoveNext(), Is.True);
        }
    }

    private static IEnumerable<IDictionary<int, int>> Dictionaries() => [new ConcurrentMap<int, int>(), new ConcurrentDictionary<int, int>()];

    [Test]
    public void SpansStandForStrings()
    {
        var map = new ConcurrentMap<string, int>(StringComparer.OrdinalIgnoreCase) { ["Key"] = 1 };
        ConcurrentMap<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = map.GetAlternateLookup<ReadOnlySpan<char>>();
        Assert.That(lookup.TryGetValue("a KEY".AsSpan(2), out string? actual, out int value) && actual == "Key" && value == 1);
        Assert.That(lookup.TryAdd("KEY", 2), Is.False);
        Assert.That(lookup.TryAdd("other".AsSpan(), 2) && map["OTHER"] == 2);
        lookup["third"] = 3;
        Assert.That((lookup["THIRD"], lookup.GetOrAdd("third", 4), lookup.GetOrAdd("fourth", 4), lookup.ContainsKey("fifth")), Is.EqualTo((3, 3, 4, false)));
        Assert.That(lookup.TryRemove("KEY", out actual, out value) && actual == "Key" && value == 1);
        Assert.That(lookup.TryRemove("KEY", out _), Is.False);
        Assert.That(() => map.GetAlternateLookup<ReadOnlySpan<char>>()["none"], Throws.TypeOf<KeyNotFoundException>());
        Assert.That(new ConcurrentMap<string, int>().TryGetAlternateLookup<ReadOnlySpan<char>>(out _), Is.True);
        Assert.That(new ConcurrentMap<int, int>().TryGetAlternateLookup<ReadOnlySpan<char>>(out _), Is.False);
        Assert.That(() => new ConcurrentMap<string, int>().GetAlternateLookup<int>(), Throws.InvalidOperationException);
    }

    /// <summary>As by the stock dictionary, whatever the comparer thinks of them.</summary>
    [Test]
    public void WhatStandsForAKeyIsNotNull()
    {
        var lookup = new ConcurrentMap<int, int>(new Lengths()) { [4] = 1 }.GetAlternateLookup<string>();
        var stock = new ConcurrentDictionary<int, int>(new Lengths()).GetAlternateLookup<string>();
        Assert.That(lookup["four"], Is.EqualTo(1));
        Action[] calls =
        [
            () => stock.TryGetValue(null!, out _), () => stock.TryAdd(null!, 1), () => stock.TryRemove(null!, out _),
            () => lookup.TryGetValue(null!, out _), () => lookup.TryGetValue(null!, out _, out _), () => lookup.ContainsKey(null!), () => _ = lookup[null!],
            () => lookup[null!] = 1, () => lookup.TryAdd(null!, 1), () => lookup.GetOrAdd(null!, 1), () => lookup.TryRemove(null!, out _),
        ];
        for (int call = 0; call < calls.Length; call++) Assert.That(calls[call].Invoke, Throws.ArgumentNullException, $"call {call}");
    }

    /// <summary>Equal hash codes make a map slow, not large: a segment for them grows by their number.</summary>
    [TestCase(0)]
    [TestCase(7)]
    public void HostileHashCodesStayBounded(int mask)
    {
        const int Entries = 3_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        var map = new ConcurrentMap<int, long>(new HostileComparer<int>(key => key & mask));
        for (int key = 0; key < Entries; key++) map.TryAdd(key, key);
        Assert.That(map.Sum(static entry => entry.Value), Is.EqualTo((long)Entries * (Entries - 1) / 2));
        Assert.That(map.TryRemove(Entries / 2, out long value) && value == Entries / 2);

        // Of all that was thrown away on the way, each size was a fifth larger than the one before.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(Entries * 1_000L));
    }

    /// <summary>Keys in steps, as identifiers and pointers are: their homes must be as even as those of chance.</summary>
    [TestCase(1L)]
    [TestCase(7L)]
    [TestCase(4096L)]
    [TestCase(1L << 20)]
    [TestCase(1L << 32)]
    [TestCase((1L << 32) + 1)]
    [TestCase(1L << 44)]
    [TestCase(1_000_003L)]
    public void KeysInStepsTakeNoMoreMemory(long step)
    {
        const int Entries = 20_000;
        var map = new ConcurrentMap<long, long>();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (long i = 0; i < Entries; i++) map[i * step] = i;
        double bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Entries;
        TestContext.Out.WriteLine($"{bytes:F1} bytes an entry");
        Assert.That(bytes, Is.LessThan(40));
        Assert.That(map, Has.Count.EqualTo(Entries));
    }

    /// <summary>Texts stand for their lengths, and none for 0.</summary>
    private sealed class Lengths : IEqualityComparer<int>, IAlternateEqualityComparer<string, int>
    {
        public bool Equals(int x, int y) => x == y;

        public int GetHashCode(int obj) => obj;

        public bool Equals(string alternate, int other) => Create(alternate) == other;

        public int GetHashCode(string alternate) => Create(alternate);

        public int Create(string alternate) => alternate?.Length ?? 0;
    }
}
