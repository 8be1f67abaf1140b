using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// A chunked body by the grammar of RFC 9112 §7.1, without chunk extensions: slow, over the whole text, and sharing nothing
/// with the decoder.
/// </summary>
internal sealed partial record ChunkedGrammar(string Body, string Trailers, int Length, bool IsDone, long Announced)
{
    /// <summary>
    /// The body that begins there: all of it, as far as it has come, or null if no text that begins like this is one.
    /// </summary>
    public static ChunkedGrammar? Read(string text, int start, ParseLimits limits)
    {
        var body = new StringBuilder();
        var at = start;
        var announced = BigInteger.Zero;
        while (true)
        {
            var size = Size().Match(text, at);
            if (!size.Success) return SizeBeginning().IsMatch(text, at) ? Unfinished() : null;
            var number = BigInteger.Parse("0" + size.Groups["size"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (number > long.MaxValue) return null;
            announced += number;
            at += size.Length;
            if (number == 0) break;
            var count = (int)BigInteger.Min(number, text.Length - at);
            body.Append(text, at, count);
            at += count;
            if (count < number) return Unfinished();
            var end = Math.Min(2, text.Length - at);
            if (text.Substring(at, end) != "\r\n"[..end]) return null;
            if (end < 2) return Unfinished();
            at += 2;
        }

        var trailerStart = at;
        var trailers = new StringBuilder();
        var lines = 0;
        while (true)
        {
            var line = Trailer().Match(text, at);
            if (!line.Success) break;
            if (++lines > limits.FieldCount) return null;
            trailers.Append(line.Groups["name"].Value).Append('=').Append(line.Groups["value"].Value.Trim(' ', '\t')).Append(';');
            at += line.Length;
            if (at - trailerStart > limits.Fields) return null;
        }
        if (string.CompareOrdinal(text, at, "\r\n", 0, 2) == 0)
            return at + 2 - trailerStart > limits.Fields ? null : new ChunkedGrammar(body.ToString(), trailers.ToString(), at + 2 - start, IsDone: true, body.Length);
        if (!TrailerBeginning().IsMatch(text, at) || text.Length - trailerStart > limits.Fields) return null;
        return at < text.Length && text[at] != '\r' && lines == limits.FieldCount ? null : Unfinished();

        ChunkedGrammar Unfinished() => new(body.ToString(), "", text.Length - start, IsDone: false, (long)BigInteger.Min(announced, long.MaxValue));
    }

    [GeneratedRegex(@"\G(?<size>[0-9A-Fa-f]{1,16})\r\n", RegexOptions.CultureInvariant)]
    private static partial Regex Size();

    // Sixteen digits may still be too many: a size stays below 63 bits.
    [GeneratedRegex(@"\G(?:(?:[0-7][0-9A-Fa-f]{0,15}|[0-9A-Fa-f]{1,15})\r?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SizeBeginning();

    [GeneratedRegex(@"\G(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+):(?<value>[\t\x20-\x7E\x80-\xFF]*)\r\n", RegexOptions.CultureInvariant)]
    private static partial Regex Trailer();

    [GeneratedRegex(@"\G(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?::[\t\x20-\x7E\x80-\xFF]*)?|[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7E\x80-\xFF]*\r|\r)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex TrailerBeginning();
}
