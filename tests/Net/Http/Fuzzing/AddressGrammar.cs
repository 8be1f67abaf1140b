using System.Globalization;
using System.Text.RegularExpressions;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>IP addresses as text (RFC 3986 §3.2.2), without zones, read by the grammar and not by the platform.</summary>
internal static partial class AddressGrammar
{
    /// <summary>The four bytes; null if it is none.</summary>
    public static byte[]? ReadFour(string text) =>
        Four().IsMatch(text) ? [.. text.Split('.').Select(static part => byte.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture))] : null;

    /// <summary>The sixteen bytes; null if it is none.</summary>
    public static byte[]? ReadSix(string text)
    {
        var halves = text.Split("::");
        if (halves.Length > 2) return null;
        var front = Groups(halves[0], isLast: halves.Length == 1);
        var back = halves.Length == 1 ? [] : Groups(halves[1], isLast: true);
        if (front == null || back == null) return null;
        var missing = 16 - front.Count - back.Count;
        if (halves.Length == 1 ? missing != 0 : missing < 2) return null;
        return [.. front, .. new byte[missing], .. back];
    }

    private static List<byte>? Groups(string text, bool isLast)
    {
        var bytes = new List<byte>();
        if (text.Length == 0) return bytes;
        var groups = text.Split(':');
        for (var i = 0; i < groups.Length; i++)
        {
            if (isLast && i == groups.Length - 1 && ReadFour(groups[i]) is { } four)
            {
                bytes.AddRange(four);
                continue;
            }
            if (!Group().IsMatch(groups[i])) return null;
            var value = int.Parse(groups[i], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            bytes.Add((byte)(value >> 8));
            bytes.Add((byte)value);
        }
        return bytes;
    }

    [GeneratedRegex(@"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\z)|\z)){4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Four();

    [GeneratedRegex(@"^[0-9a-fA-F]{1,4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Group();
}
