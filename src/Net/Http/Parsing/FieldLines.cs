using System.Runtime.CompilerServices;

namespace FastCore.Net.Http.Parsing;

/// <summary>What requests and responses have in common: lines of a name and a value (RFC 9112 §5).</summary>
internal static class FieldLines
{
    /// <summary>Reads the line that begins <paramref name="rest"/>. Returns why it is wrong or, as far as it has come, not a line yet; null if it is one.</summary>
    /// <param name="rest">What follows the line before.</param>
    /// <param name="nameLength">Bytes of the name, which were found to be those of a token; more than none.</param>
    /// <param name="valueStart">Where the value begins, without the whitespace before it.</param>
    /// <param name="valueEnd">Where it ends, without the whitespace behind it.</param>
    /// <param name="length">Bytes of the line with its CRLF.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static string? Read(ReadOnlySpan<byte> rest, int nameLength, out int valueStart, out int valueEnd, out int length)
    {
        valueStart = nameLength + 1;
        valueEnd = length = 0;
        if (rest[nameLength] != ':') return "A field name must be a token directly followed by a colon.";
        var valueLength = rest[valueStart..].IndexOfAny(HttpCharacters.ControlExceptTab);
        var end = valueStart + valueLength;
        if (valueLength < 0 || rest[end] != '\r' || end + 1 >= rest.Length || rest[end + 1] != '\n')
            return "A field value holds a control character, or its line does not end in CRLF.";
        while (valueStart < end && rest[valueStart] is (byte)' ' or (byte)'\t') valueStart++;
        valueEnd = end;
        while (valueEnd > valueStart && rest[valueEnd - 1] is (byte)' ' or (byte)'\t') valueEnd--;
        length = end + 2;
        return null;
    }

    /// <summary>What a line comes to that <see cref="Read"/> has not taken: the only place where an unfinished one is told from a wrong one.</summary>
    /// <param name="data">The head.</param>
    /// <param name="start">Where its field lines begin.</param>
    /// <param name="position">Where the line begins.</param>
    /// <param name="limits">The fields' size is looked at.</param>
    /// <param name="isTooLarge">It is refused because it goes beyond the limit.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ParseStatus Judge(ReadOnlySpan<byte> data, int start, int position, ParseLimits limits, out bool isTooLarge)
    {
        var lineFeed = data[position..].IndexOf((byte)'\n');
        var end = lineFeed < 0 ? data.Length : position + lineFeed + 1;
        isTooLarge = end - start > limits.Fields;
        return lineFeed < 0 && !isTooLarge ? ParseStatus.NeedMore : ParseStatus.Rejected;
    }

    /// <summary>Reads a Content-Length (RFC 9110 §8.6). Returns why it is none, or null.</summary>
    /// <param name="value">The field's value.</param>
    /// <param name="length">What it says.</param>
    /// <param name="isTooLarge">It is one, but larger than can be counted.</param>
    public static string? ReadLength(ReadOnlySpan<byte> value, out long length, out bool isTooLarge)
    {
        length = 0;
        isTooLarge = false;
        if (value.IsEmpty || value.IndexOfAnyExcept(HttpCharacters.Digits) >= 0) return "Content-Length must be made of digits.";
        foreach (var digit in value)
        {
            var figure = digit - '0';
            isTooLarge = length > (long.MaxValue - figure) / 10;
            if (isTooLarge) return "Content-Length is too large.";
            length = length * 10 + figure;
        }
        return null;
    }
}
