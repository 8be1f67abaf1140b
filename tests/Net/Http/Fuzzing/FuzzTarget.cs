using System.Text;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// A part of the shipped code that bytes from outside reach, and what must hold of it whatever the bytes are. A target keeps
/// nothing from one input to the next.
/// </summary>
internal abstract class FuzzTarget(string name) : IDisposable
{
    /// <summary>Longer inputs are cut off.</summary>
    public const int MaxInput = 64 * 1024;

    public string Name { get; } = name;

    /// <summary>The text a mutation begins with.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Feeds the input, however it may be cut, and compares.</summary>
    /// <param name="input">Any bytes, at most <see cref="MaxInput"/>.</param>
    /// <param name="seed">Decides what is not tried exhaustively.</param>
    /// <exception cref="FuzzFailure">Something does not hold.</exception>
    public abstract void Run(ReadOnlySpan<byte> input, int seed);

    public virtual void Dispose() { }

    /// <summary>Lengths of an input's beginnings that are looked at: all of a short one; of a long one those around its controls, and some more.</summary>
    protected static IEnumerable<int> Cuts(byte[] input, Random random)
    {
        const int Exhaustive = 400;
        for (var length = 0; length <= input.Length; length++)
        {
            if (input.Length <= Exhaustive || length < 64 || length > input.Length - 8 || IsControl(length - 1) || IsControl(length) || random.Next(input.Length) < 64)
                yield return length;
        }

        bool IsControl(int at) => at >= 0 && at < input.Length && input[at] is (byte)'\r' or (byte)'\n' && random.Next(8) == 0;
    }

    /// <summary>Lengths of pieces that add up to the input: of one byte, of 1 to 61, or alike.</summary>
    protected static IEnumerable<int> Pieces(int length, Random random)
    {
        var largest = random.Next(3) switch
        {
            0 => 4,
            1 => 61,
            _ => 1 + random.Next(61),
        };
        while (length > 0)
        {
            var piece = Math.Min(length, 1 + random.Next(largest));
            length -= piece;
            yield return piece;
        }
    }

    /// <summary>Fails unless both are the same.</summary>
    protected static void Same<T>(T expected, T actual, string when)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) throw new FuzzFailure($"{when}: {actual} instead of {expected}");
    }

    protected static void Holds(bool condition, string what)
    {
        if (!condition) throw new FuzzFailure(what);
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}

/// <summary>What must hold of a target does not.</summary>
internal sealed class FuzzFailure(string message) : Exception(message);
