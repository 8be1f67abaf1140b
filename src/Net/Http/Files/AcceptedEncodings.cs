using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Files;

/// <summary>Reads the Accept-Encoding field (RFC 9110 §12.5.3).</summary>
internal static class AcceptedEncodings
{
    /// <summary>Whether the client takes the coding: it names it, or says that it takes any, and not with a weight of zero.</summary>
    public static bool Accepts(HttpFields fields, string encoding)
    {
        var any = false;
        foreach (var field in fields)
        {
            if (!Ascii.EqualsIgnoreCase(field.Name, "accept-encoding"u8)) continue;
            var list = field.Value;
            while (RequestSemantics.NextElement(ref list, out var element))
            {
                var semicolon = element.IndexOf((byte)';');
                var name = HttpCharacters.TrimWhitespace(semicolon < 0 ? element : element[..semicolon]);
                var isTaken = semicolon < 0 || !IsZero(element[(semicolon + 1)..]);
                if (Ascii.EqualsIgnoreCase(name, encoding)) return isTaken;
                if (name.SequenceEqual("*"u8)) any = isTaken;
            }
        }
        return any;
    }

    // q=0, q=0.0 and so on.
    private static bool IsZero(ReadOnlySpan<byte> weight)
    {
        weight = HttpCharacters.TrimWhitespace(weight);
        return weight.Length >= 3 && (weight[0] | 0x20) == 'q' && weight[1] == '=' && weight[2..].IndexOfAnyExcept("0."u8) < 0;
    }
}
