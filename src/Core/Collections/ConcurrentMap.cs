using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Collections;

/// <summary>A dictionary for any number of threads.</summary>
public sealed partial class ConcurrentMap<TKey, TValue>
    where TKey : notnull
{
    private readonly MapCore<TKey, TValue, HardwareAtomics> _core;

    /// <summary>Null where keys of a value type are compared by their own equality.</summary>
    private readonly IEqualityComparer<TKey>? _comparer;

    /// <summary>Makes an empty map.</summary>
    public ConcurrentMap()
        : this(0, null)
    {
    }

    /// <summary>Makes an empty map.</summary>
    public ConcurrentMap(int capacity, IEqualityComparer<TKey>? comparer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _comparer = typeof(TKey).IsValueType && (comparer is null || ReferenceEquals(comparer, EqualityComparer<TKey>.Default)) ? null : comparer ?? EqualityComparer<TKey>.Default;
        _core = new(capacity, _comparer is not null || !MapHash.IsPlain<TKey>(), MapTuning.Default);
    }

    /// <summary>How many entries there are.</summary>
    public int Count => _core.Count;

    /// <summary>Whether there is no entry.</summary>
    public bool IsEmpty => _core.IsEmpty;

    /// <summary>Looks for a key.</summary>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        HasOwnEquality ? _core.TryRead(new OwnEqualityProbe<TKey>(key), out value) : _core.TryRead(Probe(key), out value);

    /// <summary>Adds a key.</summary>
    public bool TryAdd(TKey key, TValue value) =>
        HasOwnEquality ? _core.TryAdd(new OwnEqualityProbe<TKey>(key), value) : _core.TryAdd(Probe(key), value);

    /// <summary>Removes a key.</summary>
    public bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        HasOwnEquality ? _core.TryRemove(new OwnEqualityProbe<TKey>(key), out value) : _core.TryRemove(Probe(key), out value);

    /// <summary>Gets or sets.</summary>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue? value) ? value : throw new KeyNotFoundException();
        set
        {
            if (HasOwnEquality) _core.Set(new OwnEqualityProbe<TKey>(key), value);
            else _core.Set(Probe(key), value);
        }
    }

    private bool HasOwnEquality
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TKey).IsValueType && _comparer is null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ComparerProbe<TKey> Probe(TKey key)
    {
        if (key is null) throw new ArgumentNullException(nameof(key));
        return new(key, _comparer!);
    }
}
