using System.Runtime.CompilerServices;

namespace FastCore.Collections;

/// <summary>A key of a value type, compared by its own equality.</summary>
internal readonly struct OwnEqualityProbe<TKey> : IMapProbe<TKey> where TKey : notnull
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal OwnEqualityProbe(TKey key)
    {
        Key = key;
        if (MapHash.IsPlain<TKey>())
        {
            Hash = MapHash.Of(key);
        }
        else
        {
            HashCode = EqualityComparer<TKey>.Default.GetHashCode(key);
            Hash = MapHash.Spread(HashCode);
        }
    }

    public ulong Hash { get; }

    public int HashCode { get; }

    public TKey Key { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(TKey key) => EqualityComparer<TKey>.Default.Equals(key, Key);
}

/// <summary>A string, compared by its characters.</summary>
/// <remarks>
/// Not generic: code for all kinds of references would have to look up at run time which method of a generic probe it is to
/// call, and could inline none.
/// </remarks>
internal readonly struct TextProbe : IMapProbe<string>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TextProbe(string key, OrdinalKeys comparer)
    {
        Key = key;
        HashCode = comparer.GetHashCode(key);
    }

    public ulong Hash => MapHash.Spread(HashCode);

    public int HashCode { get; }

    public string Key { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(string key) => string.Equals(key, Key);
}

/// <summary>A key that a comparer compares.</summary>
internal readonly struct ComparerProbe<TKey> : IMapProbe<TKey> where TKey : notnull
{
    private readonly IEqualityComparer<TKey> _comparer;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ComparerProbe(TKey key, IEqualityComparer<TKey> comparer)
    {
        Key = key;
        _comparer = comparer;
        HashCode = comparer.GetHashCode(key);
    }

    public ulong Hash => MapHash.Spread(HashCode);

    public int HashCode { get; }

    public TKey Key { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(TKey key) => _comparer.Equals(key, Key);
}

/// <summary>What stands for a key, such as the span of a string's characters.</summary>
internal readonly ref struct AlternateProbe<TAlternate, TKey> : IMapProbe<TKey>
    where TAlternate : notnull, allows ref struct
    where TKey : notnull
{
    private readonly TAlternate _alternate;

    private readonly IAlternateEqualityComparer<TAlternate, TKey> _comparer;

    internal AlternateProbe(TAlternate alternate, IAlternateEqualityComparer<TAlternate, TKey> comparer)
    {
        _alternate = alternate;
        _comparer = comparer;
        HashCode = comparer.GetHashCode(alternate);
    }

    public ulong Hash => MapHash.Spread(HashCode);

    public int HashCode { get; }

    public TKey Key => _comparer.Create(_alternate);

    public bool Matches(TKey key) => _comparer.Equals(_alternate, key);
}
