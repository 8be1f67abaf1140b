using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Collections;

/// <summary>
/// A dictionary for any number of threads. Reads take no lock and write nothing; writes lock the sixteen slots that their key
/// belongs to, for a few stores; growth copies a small part at a time and never makes a reader wait.
/// </summary>
/// <typeparam name="TKey">The keys. They must keep their hash codes while they are in the map.</typeparam>
/// <typeparam name="TValue">The values, of any size: none is ever seen half written.</typeparam>
/// <remarks>
/// <para>
/// It has the operations of <see cref="System.Collections.Concurrent.ConcurrentDictionary{TKey, TValue}"/> with the same
/// answers and exceptions, at less than half the memory for small entries. Where it differs: <see cref="Count"/> goes through
/// the whole map and is no one moment's count; comparers, like factories, are never called under a lock.
/// </para>
/// <para>
/// Thread-safety: every member may be called by any thread at any time. Each operation on a key takes place at one moment
/// during the call. Comparers and factories may call back into the map; what they throw goes to the caller and changes
/// nothing.
/// </para>
/// <para>
/// Keys that hash alike cost a look at each of them, as in any hash table. Strings, compared by their own equality or by
/// <see cref="StringComparer.Ordinal"/>, are hashed by keys that each process draws anew; a comparer whose hash codes others
/// can foresee had better not meet keys that others choose.
/// </para>
/// <para>
/// Algorithms: groups of tagged slots as in Swiss tables (Abseil, 2017), with counts of passers-by instead of tombstones (F14,
/// Meta, 2019); versions that readers check (seqlocks, Lameter 2005); extendible hashing (Fagin and others, 1979).
/// </para>
/// </remarks>
[DebuggerTypeProxy(typeof(ConcurrentMapDebugView<,>))]
[DebuggerDisplay("Count = {Count}")]
public sealed partial class ConcurrentMap<TKey, TValue>
    where TKey : notnull
{
    private readonly MapCore<TKey, TValue, HardwareAtomics> _core;

    /// <summary>Null where keys of a value type are compared by their own equality; <see cref="OrdinalKeys"/> in the place of strings' own.</summary>
    private readonly IEqualityComparer<TKey>? _comparer;

    /// <summary>Makes an empty map that compares keys by their own equality.</summary>
    public ConcurrentMap()
        : this(0, null)
    {
    }

    /// <summary>Makes an empty map.</summary>
    /// <param name="comparer">What compares keys; null: their own equality.</param>
    public ConcurrentMap(IEqualityComparer<TKey>? comparer)
        : this(0, comparer)
    {
    }

    /// <summary>Makes an empty map.</summary>
    /// <param name="capacity">For how many entries to make room at once; it grows as needed.</param>
    /// <param name="comparer">What compares keys; null: their own equality.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    public ConcurrentMap(int capacity, IEqualityComparer<TKey>? comparer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        bool hasOwnEquality = typeof(TKey).IsValueType && (comparer is null || ReferenceEquals(comparer, EqualityComparer<TKey>.Default));
        object? ordinal = typeof(TKey) == typeof(string) ? OrdinalKeys.For(comparer) : null;
        _comparer = hasOwnEquality ? null : (IEqualityComparer<TKey>?)ordinal ?? comparer ?? EqualityComparer<TKey>.Default;
        _core = new(capacity, storesHashCodes: !hasOwnEquality || !MapHash.IsPlain<TKey>(), MapTuning.For<TKey, TValue>());
    }

    /// <summary>Makes a map of the entries of another collection.</summary>
    /// <param name="collection">What to add.</param>
    /// <param name="comparer">What compares keys; null: their own equality.</param>
    /// <exception cref="ArgumentNullException"><paramref name="collection"/> or one of its keys is null.</exception>
    /// <exception cref="ArgumentException">A key is in it twice.</exception>
    public ConcurrentMap(IEnumerable<KeyValuePair<TKey, TValue>> collection, IEqualityComparer<TKey>? comparer = null)
        : this((collection ?? throw new ArgumentNullException(nameof(collection))) is ICollection<KeyValuePair<TKey, TValue>> { Count: var count } ? count : 0, comparer)
    {
        foreach ((TKey key, TValue value) in collection)
        {
            if (!TryAdd(key, value)) throw Duplicate(key);
        }
    }

    /// <summary>What compares keys.</summary>
    public IEqualityComparer<TKey> Comparer => (object?)_comparer is OrdinalKeys ordinal ? (IEqualityComparer<TKey>)ordinal.Stated : KeyComparer;

    /// <summary>
    /// How many entries there are. Goes through all groups, some nanoseconds each, one for about twelve entries; exact when no other thread
    /// writes meanwhile, else each group's count is that of its turn.
    /// </summary>
    public int Count => _core.Count;

    /// <summary>Whether no entry was found; looks no further than to the first.</summary>
    public bool IsEmpty => _core.IsEmpty;

    /// <summary>Gets a key's value; or adds the key with a value, or gives it another.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="KeyNotFoundException">On getting, the key is not there.</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue? value) ? value : throw new KeyNotFoundException($"The key '{key}' is not in the map.");
        set
        {
            if (HasOwnEquality) _core.Set(new OwnEqualityProbe<TKey>(key), value);
            else if (IsOfTexts) Texts.Set(TextProbe(key), value);
            else _core.Set(Probe(key), value);
        }
    }

    /// <summary>Gets a key's value.</summary>
    /// <returns>Whether the key is there.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        HasOwnEquality ? _core.TryRead(new OwnEqualityProbe<TKey>(key), out value)
        : IsOfTexts ? Texts.TryRead(TextProbe(key), out value)
        : _core.TryRead(Probe(key), out value);

    /// <summary>Whether the key is there.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>Adds a key that is not there.</summary>
    /// <returns>False when it is.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryAdd(TKey key, TValue value) =>
        HasOwnEquality ? _core.TryAdd(new OwnEqualityProbe<TKey>(key), value)
        : IsOfTexts ? Texts.TryAdd(TextProbe(key), value)
        : _core.TryAdd(Probe(key), value);

    /// <summary>Gives a key another value if it has the one that is expected.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value it gets.</param>
    /// <param name="comparisonValue">The value it must have, by the values' own equality.</param>
    /// <returns>False when the key is not there or has another value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue) =>
        HasOwnEquality ? _core.TryUpdate(new OwnEqualityProbe<TKey>(key), newValue, comparisonValue)
        : IsOfTexts ? Texts.TryUpdate(TextProbe(key), newValue, comparisonValue)
        : _core.TryUpdate(Probe(key), newValue, comparisonValue);

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value it had.</param>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        HasOwnEquality ? _core.TryRemove(new OwnEqualityProbe<TKey>(key), out value)
        : IsOfTexts ? Texts.TryRemove(TextProbe(key), out value)
        : _core.TryRemove(Probe(key), out value);

    /// <summary>Removes a key if it has the value that is expected.</summary>
    /// <param name="item">The key, and the value it must have, by the values' own equality.</param>
    /// <returns>False when the key is not there or has another value.</returns>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    public bool TryRemove(KeyValuePair<TKey, TValue> item) =>
        HasOwnEquality ? _core.TryRemove(new OwnEqualityProbe<TKey>(item.Key), item.Value)
        : IsOfTexts ? Texts.TryRemove(TextProbe(item.Key, nameof(item)), item.Value)
        : _core.TryRemove(Probe(item.Key, nameof(item)), item.Value);

    /// <summary>Removes all entries, at one moment.</summary>
    public void Clear() => _core.Clear();

    private bool HasOwnEquality
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TKey).IsValueType && _comparer is null;
    }

    /// <summary>Whether keys are strings, compared by their characters.</summary>
    private bool IsOfTexts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !typeof(TKey).IsValueType && (object?)_comparer is OrdinalKeys;
    }

    /// <summary>
    /// The core, where <see cref="IsOfTexts"/>, called what it is: within a map of any reference keys the compiler would not
    /// know the methods that its type parameters stand for, and would look each up at run time in the place of inlining it.
    /// </summary>
    private MapCore<string, TValue, HardwareAtomics> Texts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.As<MapCore<string, TValue, HardwareAtomics>>(_core);
    }

    /// <summary>What gives the keys the hash codes that they have here.</summary>
    private IEqualityComparer<TKey> KeyComparer => _comparer ?? EqualityComparer<TKey>.Default;

    private static ArgumentException Duplicate(TKey key) => new($"The key '{key}' is in the map already; set it by the indexer, or ask TryAdd.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ComparerProbe<TKey> Probe(TKey key, string parameter = "key")
    {
        if (key is null) ThrowNull(parameter);
        return new(key, _comparer!);
    }

    /// <remarks>Unchecked, as <see cref="Texts"/>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TextProbe TextProbe(TKey key, string parameter = "key")
    {
        if (key is null) ThrowNull(parameter);
        return new(Unsafe.As<string>((object)key), Unsafe.As<OrdinalKeys>((object)_comparer!));
    }

    [DoesNotReturn]
    private static void ThrowNull(string parameter) => throw new ArgumentNullException(parameter);
}
