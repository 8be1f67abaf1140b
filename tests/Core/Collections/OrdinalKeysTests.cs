using FastCore.Collections;

namespace FastCore.Tests.Collections;

/// <summary>How strings are hashed and compared, with keys drawn from a seed.</summary>
[TestFixture]
internal sealed class OrdinalKeysTests
{
    /// <summary>Past two blocks of 256 characters.</summary>
    private const int Longest = 530;

    private static readonly OrdinalKeys Keys = new(StringComparer.Ordinal, new Random(1));

    /// <summary>Each character counts, wherever it stands in a text of whatever length, and in both its bytes.</summary>
    [Test]
    public void EveryCharacterCounts()
    {
        foreach (int length in (IEnumerable<int>)[.. Enumerable.Range(1, 40), .. Enumerable.Range(250, 20), .. Enumerable.Range(510, 20)])
        {
            char[] text = Letters(length);
            int before = Keys.GetHashCode(text);
            for (int at = 0; at < length; at++)
            {
                foreach (int bit in (int[])[1, 0x100])
                {
                    text[at] ^= (char)bit;
                    if (Keys.GetHashCode(text) == before) Assert.Fail($"In a text of {length} characters that at {at} does not count.");
                    text[at] ^= (char)bit;
                }
            }
        }
    }

    /// <summary>Texts of one and the same character, of which those of four lengths consist of the same words.</summary>
    [TestCase('\0')]
    [TestCase('a')]
    public void TheLengthCounts(char character) =>
        Assert.That(Enumerable.Range(0, Longest).Select(length => Keys.GetHashCode(new string(character, length))), Is.Unique);

    [Test]
    public void WhatStandsBesideTheTextDoesNotCount()
    {
        for (int length = 0; length <= Longest; length++)
        {
            char[] text = Letters(length);
            int alone = Keys.GetHashCode(new string(text));
            foreach (char beside in (char[])['\0', 'x', char.MaxValue])
            {
                char[] around = [beside, beside, beside, .. text, beside, beside, beside];
                Assert.That(Keys.GetHashCode(around.AsSpan(3, length)), Is.EqualTo(alone), $"Length {length}.");
            }
        }
    }

    /// <summary>Texts as programs have them, and such as somebody makes who exchanges parts: no more share a code than of as many numbers drawn at random, of which two do.</summary>
    [TestCase("numbered")]
    [TestCase("exchanged parts")]
    [TestCase("two characters")]
    public void FewShareACode(string kind)
    {
        const int Count = 1 << 17;
        string[] parts = ["AaAa", "AaBB", "BBAa", "BBBB"];
        Func<int, string> make = kind switch
        {
            "numbered" => static number => $"user:{number}",
            "exchanged parts" => number => string.Concat(Enumerable.Range(0, 9).Select(place => parts[(number >> (2 * place)) & 3])),
            _ => static number => $"{(char)number}{(char)(number >> 16)}",
        };
        int[] codes = [.. Enumerable.Range(0, Count).Select(number => Keys.GetHashCode(make(number)))];
        Assert.That(Count - codes.Distinct().Count(), Is.LessThan(20));

        // The map chooses the group by a code's upper bits, multiplied.
        int[] groups = new int[Count / 16];
        foreach (int code in codes) groups[(int)(MapHash.Spread(code) >> 32 >> (32 - 13))]++;
        double chiSquare = groups.Sum(static entries => (entries - 16.0) * (entries - 16.0) / 16);
        Assert.That(chiSquare / groups.Length, Is.LessThan(2), "By chance it is 1; codes are independent in pairs alone, which makes it so in the mean of all keys.");
    }

    /// <summary>By the seed, in the place of a process each.</summary>
    [TestCase(3)]
    [TestCase(21)]
    [TestCase(Longest)]
    public void AnotherDrawGivesOtherCodes(int length)
    {
        char[] text = Letters(length);
        Assert.That(Enumerable.Range(0, 100).Select(seed => new OrdinalKeys(StringComparer.Ordinal, new Random(seed)).GetHashCode(text)), Is.Unique);
    }

    [Test]
    public void TheMapSaysTheComparerItWasGiven()
    {
        Assert.That(new ConcurrentMap<string, int>().Comparer, Is.SameAs(EqualityComparer<string>.Default));
        Assert.That(new ConcurrentMap<string, int>(StringComparer.Ordinal).Comparer, Is.SameAs(StringComparer.Ordinal));
        Assert.That(new ConcurrentMap<string, int>(StringComparer.OrdinalIgnoreCase).Comparer, Is.SameAs(StringComparer.OrdinalIgnoreCase));
        Assert.That(new ConcurrentMap<object, int>().Comparer, Is.SameAs(EqualityComparer<object>.Default));
    }

    /// <summary>Two strings of one text are a key, and so are its characters; another comparer's answers stay its own.</summary>
    [Test]
    public void KeysAreFoundByTheirCharacters()
    {
        foreach (IEqualityComparer<string>? comparer in (IEqualityComparer<string>?[])[null, EqualityComparer<string>.Default, StringComparer.Ordinal, StringComparer.OrdinalIgnoreCase])
        {
            var map = new ConcurrentMap<string, int>(comparer);
            ConcurrentMap<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = map.GetAlternateLookup<ReadOnlySpan<char>>();
            for (int length = 0; length <= Longest; length++)
            {
                char[] text = Letters(length);
                if (length % 2 == 0) map[new string(text)] = length;
                else Assert.That(lookup.TryAdd(text, length), Is.True);
            }

            for (int length = 1; length <= Longest; length++)
            {
                char[] text = Letters(length);
                Assert.That((map[new string(text)], lookup[text]), Is.EqualTo((length, length)));
                text[^1] ^= (char)0x20;
                Assert.That((map.ContainsKey(new string(text)), lookup.ContainsKey(text)), Is.EqualTo(ReferenceEquals(comparer, StringComparer.OrdinalIgnoreCase) ? (true, true) : (false, false)));
            }
        }
    }

    private static char[] Letters(int length) => [.. Enumerable.Range(0, length).Select(at => (char)('a' + ((at + length) % 26)))];
}
