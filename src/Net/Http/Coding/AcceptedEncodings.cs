using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Coding;

/// <summary>Reads the Accept-Encoding field (RFC 9110 §12.5.3).</summary>
internal static class AcceptedEncodings
{
    // Weights are counted in thousandths, the finest there are.
    private const int Full = 1000;

    /// <summary>Which of the codings the client likes best, and of those it likes as well the first.</summary>
    /// <returns>An index; -1 if it takes none of them, or says that it likes the content better as it is.</returns>
    public static int Best(HttpFields fields, ReadOnlySpan<string> codings)
    {
        var best = -1;
        // Who does not speak of it takes it, but would rather have what it does speak of.
        var weight = Math.Max(0, WeightOf(fields, "identity", isNamed: true) - 1);
        for (var i = 0; i < codings.Length; i++)
        {
            var other = WeightOf(fields, codings[i]);
            if (other <= weight) continue;
            (best, weight) = (i, other);
        }
        return best;
    }

    /// <summary>How much the client likes the coding, from 0 (not at all) to 1000.</summary>
    /// <param name="fields">The request's.</param>
    /// <param name="coding">The coding's name.</param>
    /// <param name="isNamed">Only where it is named: what is said of all others does not count.</param>
    private static int WeightOf(HttpFields fields, string coding, bool isNamed = false)
    {
        var any = 0;
        foreach (var field in fields)
        {
            if (!Ascii.EqualsIgnoreCase(field.Name, "accept-encoding"u8)) continue;
            var list = field.Value;
            while (RequestSemantics.NextElement(ref list, out var element))
            {
                var semicolon = element.IndexOf((byte)';');
                var name = HttpCharacters.TrimWhitespace(semicolon < 0 ? element : element[..semicolon]);
                var weight = semicolon < 0 ? Full : ReadWeight(element[(semicolon + 1)..]);
                if (Ascii.EqualsIgnoreCase(name, coding)) return weight;
                if (!isNamed && name.SequenceEqual("*"u8)) any = weight;
            }
        }
        return any;
    }

    // q=0.5 and so on (RFC 9110 §12.4.2). What is no weight is taken for none.
    private static int ReadWeight(ReadOnlySpan<byte> text)
    {
        text = HttpCharacters.TrimWhitespace(text);
        if (text.Length < 3 || (text[0] | 0x20) != 'q' || text[1] != '=') return Full;
        text = text[2..];
        if (text.Length > 5 || text[0] is not ((byte)'0' or (byte)'1') || (text.Length > 1 && text[1] != '.')) return Full;
        var weight = (text[0] - '0') * Full;
        var unit = Full / 10;
        for (var i = 2; i < text.Length; i++, unit /= 10)
        {
            if (!char.IsAsciiDigit((char)text[i])) return Full;
            weight += (text[i] - '0') * unit;
        }
        return Math.Min(weight, Full);
    }
}
