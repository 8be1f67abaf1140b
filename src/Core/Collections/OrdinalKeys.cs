using System.Runtime.CompilerServices;

namespace FastCore.Collections;

/// <summary>Compares strings by their characters, as strings themselves do, with the hash codes of <see cref="TextHash"/>.</summary>
/// <remarks>
/// A string's own hash code takes two to four times as long. Those with which the stock dictionaries begin are as quick and everyone
/// can foresee them, so that they must be able to change over to others.
/// </remarks>
internal sealed class OrdinalKeys : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<char>, string>
{
    private static readonly OrdinalKeys ByDefault = new(EqualityComparer<string>.Default, new Random());

    private static readonly OrdinalKeys ByOrdinal = new(StringComparer.Ordinal, new Random());

    /// <summary>In the place: who has found the object out to be of this class has what a hash takes near by.</summary>
    private readonly TextHash _hash;

    /// <param name="stated">See <see cref="Stated"/>.</param>
    /// <param name="random">The hash codes depend on it.</param>
    internal OrdinalKeys(IEqualityComparer<string> stated, Random random) => (Stated, _hash) = (stated, new TextHash(random));

    /// <summary>The comparer in whose place this one stands, with the same answers about what is equal.</summary>
    internal IEqualityComparer<string> Stated { get; }

    /// <summary>The one that stands in a comparer's place; null where that compares in another way. A comparer that is null is the strings' own.</summary>
    internal static OrdinalKeys? For(object? comparer) =>
        comparer is null || ReferenceEquals(comparer, EqualityComparer<string>.Default) ? ByDefault
        : ReferenceEquals(comparer, StringComparer.Ordinal) ? ByOrdinal
        : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(string? x, string? y) => string.Equals(x, y);

    public int GetHashCode(string text) => _hash.Of(text);

    public bool Equals(ReadOnlySpan<char> alternate, string other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<char> alternate) => _hash.Of(alternate);

    public string Create(ReadOnlySpan<char> alternate) => new(alternate);
}
