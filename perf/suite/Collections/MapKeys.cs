namespace FastCore.Perf.Collections;

/// <summary>How often each key is asked for.</summary>
internal enum KeyDistribution
{
    /// <summary>All alike.</summary>
    Uniform,

    /// <summary>The k-th most popular in proportion to 1/k^0.99, as in the Yahoo! Cloud Serving Benchmark.</summary>
    Zipfian,
}

/// <summary>The keys of a case, and the order in which they are asked for, drawn before the clock runs.</summary>
/// <typeparam name="TKey">Their type.</typeparam>
internal sealed class MapKeys<TKey>
{
    private const int Requests = 1 << 18;

    private const double Exponent = 0.99;

    private MapKeys(TKey[] keys, TKey[] asked, int[] askedIndices) => (Keys, Asked, AskedIndices) = (keys, asked, askedIndices);

    /// <summary>All keys, by their index.</summary>
    internal TKey[] Keys { get; }

    /// <summary>Those asked for, in their order; a power of two, to be gone through again and again. Strings are other ones of the same text.</summary>
    internal TKey[] Asked { get; }

    /// <summary>Their indices.</summary>
    internal int[] AskedIndices { get; }

    internal static MapKeys<TKey> Draw(int count, KeyDistribution distribution, Func<int, TKey> keyOf)
    {
        var random = new Random(11);
        Func<int> draw = distribution == KeyDistribution.Uniform ? () => random.Next(count) : Zipfian(count, random);
        int[] indices = [.. Enumerable.Range(0, Requests).Select(_ => draw())];
        return new MapKeys<TKey>([.. Enumerable.Range(0, count).Select(keyOf)], [.. indices.Select(keyOf)], indices);
    }

    private static Func<int> Zipfian(int count, Random random)
    {
        double[] cumulative = new double[count];
        double sum = 0;
        for (int rank = 0; rank < count; rank++) cumulative[rank] = sum += 1 / Math.Pow(rank + 1, Exponent);

        // Which key is the most popular is chance too.
        int[] indices = [.. Enumerable.Range(0, count)];
        random.Shuffle(indices);
        return () =>
        {
            int rank = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            return indices[Math.Min(rank < 0 ? ~rank : rank, count - 1)];
        };
    }
}

/// <summary>Keys as programs have them: numbers drawn from all there are, names with a number.</summary>
internal static class MapKeys
{
    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): no two alike.</summary>
    internal static long Number(int index)
    {
        ulong mixed = ((ulong)index + 1) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (long)(mixed ^ (mixed >> 31));
    }

    internal static string Name(int index) => $"user:{(ulong)Number(index):x16}";
}
