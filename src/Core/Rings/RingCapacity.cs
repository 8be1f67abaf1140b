using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastCore.Rings;

/// <summary>The capacities a ring can have: powers of two, so that a cursor becomes an index by one mask.</summary>
internal static class RingCapacity
{
    /// <summary>A ring of sequenced slots needs two: with one, "full" and "free for the next lap" are the same number.</summary>
    internal const int Smallest = 2;

    /// <summary>The largest power of two an array can have as its length.</summary>
    internal const int Largest = 1 << 30;

    internal static int RoundUp(int capacity, [CallerArgumentExpression(nameof(capacity))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Largest, name);
        return Math.Max(Smallest, (int)BitOperations.RoundUpToPowerOf2((uint)capacity));
    }
}
