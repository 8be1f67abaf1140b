using FastCore.Collections;

namespace FastCore.Tests.Collections;

/// <summary>A key with the hash code that a test wants it to have.</summary>
internal readonly struct CollidingProbe(int key, int hashCode) : IMapProbe<int>
{
    public ulong Hash => MapHash.Spread(HashCode);

    public int HashCode => hashCode;

    public int Key => key;

    public bool Matches(int other) => other == key;
}

/// <summary>Four words that a writer writes alike: any other value was put together of two.</summary>
internal readonly record struct FourWords(long A, long B, long C, long D)
{
    internal FourWords(long word)
        : this(word, word, word, word)
    {
    }

    internal bool IsWhole => A == B && B == C && C == D;
}

/// <summary>Compares as usual and says a hash code for every key that makes trouble.</summary>
internal sealed class HostileComparer<TKey>(Func<TKey, int> hashCode) : IEqualityComparer<TKey>
{
    public bool Equals(TKey? x, TKey? y) => EqualityComparer<TKey>.Default.Equals(x, y);

    public int GetHashCode(TKey key) => hashCode(key);
}
