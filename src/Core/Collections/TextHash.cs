using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastCore.Collections;

/// <summary>
/// Hash codes of texts, by keys that nobody else knows: whatever two texts somebody chooses who sees neither codes nor what
/// depends on them, such as the order in which a map is gone through, they get one code with about the chance that any two
/// have, one in 2³².
/// </summary>
/// <remarks>
/// Vector multiply-shift: two words of 32 bits of the text, each added to a key of 64 bits, are multiplied; the upper half of
/// the sum of all products is the code (Dietzfelbinger, 1996; Thorup, "High Speed Hashing for Integers and Strings", 2015, 3.5).
/// No product waits for another, so a processor works at many of them at once. The length, multiplied by a key, goes in too:
/// it tells texts apart whose words are the same. A text of more words than there are keys for is hashed in blocks, whose
/// codes are the coefficients of a polynomial at a point that is a key, modulo 2⁶¹ - 1 (Carter, Wegman, 1979).
/// </remarks>
internal readonly struct TextHash
{
    /// <summary>Four characters are a word of the text, two factors of a product.</summary>
    private const int WordCharacters = 4;

    /// <summary>As many as there are keys for.</summary>
    private const int BlockCharacters = WordKeys.Count / 2 * WordCharacters;

    private readonly ulong _sum;

    private readonly ulong _length;

    private readonly ulong _point;

    /// <summary>Two for each word, in the place and not by reference: they lie beside the rest.</summary>
    private readonly WordKeys _words;

    /// <summary>For what blocks become.</summary>
    private readonly PairOfKeys _blocks;

    /// <summary>Draws the keys.</summary>
    internal TextHash(Random random)
    {
        Span<ulong> drawn = stackalloc ulong[3];
        random.NextBytes(MemoryMarshal.AsBytes(drawn));
        (_sum, _length, _point) = (drawn[0], drawn[1], drawn[2] % Mersenne);
        random.NextBytes(MemoryMarshal.AsBytes((Span<ulong>)_words));
        random.NextBytes(MemoryMarshal.AsBytes((Span<ulong>)_blocks));
    }

    /// <summary>2⁶¹ - 1, a prime.</summary>
    private static ulong Mersenne => (1UL << MersenneBits) - 1;

    private const int MersenneBits = 61;

    /// <summary>The hash code of a text.</summary>
    internal int Of(ReadOnlySpan<char> text) => text.Length <= BlockCharacters ? OfBlock(text) : OfBlocks(text);

    /// <remarks>Unchecked: words are read where four characters are, and a block has no more of them than there are keys.</remarks>
    private int OfBlock(ReadOnlySpan<char> text)
    {
        ulong sum = _sum + ((uint)text.Length * _length);
        ref readonly ulong key = ref _words.First;
        ref byte first = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(text));
        if (text.Length < WordCharacters) return Code(sum + Product(Short(text), in key));

        // The last word ends where the text does; there it may have characters of the one before again.
        nuint last = (nuint)(uint)(text.Length - WordCharacters) * sizeof(char);
        for (nuint at = 0; at < last; at += sizeof(ulong))
        {
            sum += Product(in Unsafe.AddByteOffset(ref first, at), in key);
            key = ref Unsafe.Add(ref Unsafe.AsRef(in key), 2);
        }

        return Code(sum + Product(in Unsafe.AddByteOffset(ref first, last), in key));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OfBlocks(ReadOnlySpan<char> text)
    {
        ulong sum = (uint)text.Length;
        for (; text.Length > BlockCharacters; text = text[BlockCharacters..]) sum = Next(sum, OfBlock(text[..BlockCharacters]));
        return Code(_sum + Product(Next(sum, OfBlock(text)), in _blocks.First));
    }

    /// <summary>The polynomial with another coefficient. Not always below the modulus, but for a few more the same number.</summary>
    private ulong Next(ulong sum, int coefficient)
    {
        ulong high = Math.BigMul(sum, _point, out ulong low);
        sum = (low & Mersenne) + ((high << (64 - MersenneBits)) | (low >> MersenneBits)) + (uint)coefficient;
        return (sum & Mersenne) + (sum >> MersenneBits);
    }

    /// <summary>Less than a word, as one.</summary>
    private static ulong Short(ReadOnlySpan<char> text) => text.Length switch
    {
        0 => 0,
        1 => text[0],
        2 => text[0] | ((ulong)text[1] << 16),
        _ => text[0] | ((ulong)text[1] << 16) | ((ulong)text[2] << 32),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Product(ref readonly byte word, ref readonly ulong key) =>
        (key + Unsafe.ReadUnaligned<uint>(in word)) * (Unsafe.Add(ref Unsafe.AsRef(in key), 1) + Unsafe.ReadUnaligned<uint>(in Unsafe.Add(ref Unsafe.AsRef(in word), sizeof(uint))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Product(ulong word, ref readonly ulong key) => (key + (uint)word) * (Unsafe.Add(ref Unsafe.AsRef(in key), 1) + (word >> 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Code(ulong sum) => (int)(sum >> 32);

    [InlineArray(Count)]
    private struct WordKeys
    {
        internal const int Count = 128;

        private ulong _first;

        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        internal readonly ref readonly ulong First => ref _first;
    }

    [InlineArray(2)]
    private struct PairOfKeys
    {
        private ulong _first;

        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        internal readonly ref readonly ulong First => ref _first;
    }
}
