using System.Runtime.CompilerServices;

namespace FastCore.Collections;

/// <summary>
/// From keys to the 64 bits that say where an entry belongs. The highest bits choose the segment, those behind them the
/// group, seven in the middle are the tag.
/// </summary>
internal static class MapHash
{
    /// <summary>2⁶⁴ divided by the golden ratio: multiplied by it, numbers in a row lie far apart (Knuth, TAOCP 3, 6.4).</summary>
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A multiplier of MurmurHash3's last step (Austin Appleby, public domain).</summary>
    private const ulong Odd = 0xC4CEB9FE1A85EC53;

    /// <summary>What the product's high bits depend on is all that lies below them; so the high half of the input is folded into the low one first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Spread(ulong bits) => (bits ^ (bits >> 32)) * Golden;

    /// <inheritdoc cref="Spread(ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Spread(int hashCode) => (uint)hashCode * Golden;

    /// <summary>The mark by which a slot's key is told from most others of its group before it is compared.</summary>
    /// <remarks>
    /// Hashes of one group lie close together, and those of numbers in a row then differ by a few values over and over, in
    /// their lower bits too. So the tag is taken from another product. It is ready before the group is there to compare.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte Tag(ulong hash) => (byte)(Mix(hash) >> 57 | 0x80);

    /// <summary>The slot of a group, 0 to 15, in which the entry should lie.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Lane(ulong hash) => (int)(Mix(hash) >> 32) & (MapLayout.Lanes - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash) => (hash ^ (hash >> 32)) * Odd;

    /// <summary>
    /// Whether hashing such a key, compared by its own equality, costs less than storing what it gave, and cannot throw. A
    /// constant to the compiler.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsPlain<TKey>() =>
        IsWord<TKey>()
        || typeof(TKey) == typeof(int) || typeof(TKey) == typeof(uint) || typeof(TKey) == typeof(short) || typeof(TKey) == typeof(ushort)
        || typeof(TKey) == typeof(byte) || typeof(TKey) == typeof(sbyte) || typeof(TKey) == typeof(char) || typeof(TKey) == typeof(Guid);

    /// <summary>The hash of a key that is compared by its own equality.</summary>
    /// <remarks>Keys of a word give all their bits: their own hash code folds them to half as many.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of<TKey>(TKey key) where TKey : notnull =>
        IsWord<TKey>() ? Spread(Unsafe.As<TKey, ulong>(ref key)) : Spread(EqualityComparer<TKey>.Default.GetHashCode(key));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsWord<TKey>() => typeof(TKey) == typeof(long) || typeof(TKey) == typeof(ulong);
}
