using System.Text;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// Spoils a message the way senders and attackers do: at its lines, its blanks, its lengths and its letter case, and now and
/// then anywhere. What it makes depends on nothing but the random numbers it is given.
/// </summary>
internal static class Mutator
{
    /// <summary>Bytes that tell readers apart.</summary>
    public static readonly string[] Inserts =
    [
        "\r\n", "\n", "\r", "\0", " ", "\t", "\v", "\f", ":", ",", ";", "\"", "\\", "\x7F", "\x80", "\xFF", "\xA0", "%", "#", "?", "/", "*", "@", "[", "]", "\r\n\r\n", "\r\n ", "\r\n\t",
        "0\r\n\r\n", "0", "5\r\nhello\r\n", ";a=b", ";a=\"\r\n\"", ";\n", "0x", "+", "-", "_", "chunked", "identity", "gzip, ", "100000000", "FFFFFFFFFFFFFFFF",
        "Host: b\r\n", "Content-Length: 3\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n", "Connection: close\r\n",
        "Connection: Content-Length\r\n", "Expect: 100-continue\r\n", "Upgrade: websocket\r\n", "Trailer: X\r\n", "http://b", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0",
        "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ];

    private static readonly string[] Numbers = ["0", "1", "5", "05", "2147483647", "2147483648", "4294967301", "9223372036854775807", "9223372036854775808", "18446744073709551621", "7fffffffffffffff", "100000005", "1e1", "0x5", "-1", "+5", "5.0", "5 5", "5,5"];

    /// <summary>One to four changes.</summary>
    public static byte[] Mutate(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> other, Random random)
    {
        var text = new StringBuilder(Encoding.Latin1.GetString(seed));
        for (var count = 1 + random.Next(4); count > 0; count--) Change(text, Encoding.Latin1.GetString(other), random);
        if (text.Length > FuzzTarget.MaxInput) text.Length = FuzzTarget.MaxInput;
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static void Change(StringBuilder text, string other, Random random)
    {
        if (text.Length == 0)
        {
            text.Append(Pick(Inserts, random));
            return;
        }
        var at = random.Next(text.Length);
        switch (random.Next(18))
        {
            case 0:
                text[at] = (char)random.Next(256);
                break;
            case 1:
                text.Remove(at, Math.Min(1 + random.Next(8), text.Length - at));
                break;
            case 2:
                text.Insert(at, text.ToString(at, Math.Min(1 + random.Next(16), text.Length - at)));
                break;
            case 3:
            case 4:
                text.Insert(at, Pick(Inserts, random));
                break;
            case 5:
                DuplicateLine(text, random);
                break;
            case 6:
                SwapLines(text, random);
                break;
            case 7:
                EndLineOtherwise(text, random);
                break;
            case 8:
            case 9:
                AtALineEnd(text, random);
                break;
            case 10:
                FlipCase(text, at, random);
                break;
            case 11:
            case 12:
                ReplaceNumber(text, random);
                break;
            case 13:
                AtAColon(text, random);
                break;
            case 14:
                text.Length = at;
                break;
            case 15:
                text.Append(other);
                break;
            case 16:
                text.Insert(at, new string(text[at], 1 << random.Next(14)));
                break;
            default:
                var from = random.Next(other.Length + 1);
                text.Insert(at, other.AsSpan(from, Math.Min(random.Next(40), other.Length - from)));
                break;
        }
    }

    private static string Pick(string[] from, Random random) => from[random.Next(from.Length)];

    /// <summary>Where lines begin.</summary>
    private static List<int> Lines(StringBuilder text)
    {
        var starts = new List<int> { 0 };
        var all = text.ToString();
        for (var at = all.IndexOf('\n'); at >= 0 && at + 1 < all.Length; at = all.IndexOf('\n', at + 1)) starts.Add(at + 1);
        return starts;
    }

    private static (int Start, int Length) AnyLine(StringBuilder text, List<int> lines, Random random)
    {
        var index = random.Next(lines.Count);
        return (lines[index], (index + 1 < lines.Count ? lines[index + 1] : text.Length) - lines[index]);
    }

    private static void DuplicateLine(StringBuilder text, Random random)
    {
        var lines = Lines(text);
        var (start, length) = AnyLine(text, lines, random);
        text.Insert(lines[random.Next(lines.Count)], text.ToString(start, length));
    }

    private static void SwapLines(StringBuilder text, Random random)
    {
        var lines = Lines(text);
        var (start, length) = AnyLine(text, lines, random);
        var line = text.ToString(start, length);
        text.Remove(start, length);
        var left = Lines(text);
        text.Insert(Math.Min(text.Length, left[random.Next(left.Count)]), line);
    }

    private static void EndLineOtherwise(StringBuilder text, Random random)
    {
        var all = text.ToString();
        var ends = Occurrences(all, "\r\n");
        if (ends.Count == 0) return;
        var end = ends[random.Next(ends.Count)];
        text.Remove(end, 2).Insert(end, Pick(["\n", "\r", "\r\r\n", "\n\r", "\n\n", "\r\n\r\n", " \r\n", "\0\r\n", ""], random));
    }

    /// <summary>Something before, in or behind a line's end: a blank, a fold, a control, a chunk extension.</summary>
    private static void AtALineEnd(StringBuilder text, Random random)
    {
        var ends = Occurrences(text.ToString(), "\r\n");
        if (ends.Count == 0) return;
        text.Insert(ends[random.Next(ends.Count)] + random.Next(3), Pick([" ", "\t", "\n", "\r", "\0", ";", ";a", ";a=b", ";\n", ",", " chunked", "\v", "x", "0", "\r\n", "\r\n x"], random));
    }

    private static void AtAColon(StringBuilder text, Random random)
    {
        var colons = Occurrences(text.ToString(), ":");
        if (colons.Count == 0) return;
        text.Insert(colons[random.Next(colons.Count)] + random.Next(2), Pick([" ", "\t", "\0", "\r\n ", "\n ", "\v", ":", "x", "\x80", "\x1F"], random));
    }

    private static void FlipCase(StringBuilder text, int at, Random random)
    {
        for (var i = at; i < Math.Min(text.Length, at + 1 + random.Next(20)); i++)
        {
            if (char.IsAsciiLetter(text[i])) text[i] ^= ' ';
        }
    }

    private static void ReplaceNumber(StringBuilder text, Random random)
    {
        var all = text.ToString();
        var starts = new List<int>();
        for (var i = 0; i < all.Length; i++)
        {
            if (char.IsAsciiHexDigit(all[i]) && char.IsAsciiDigit(all[i]) && (i == 0 || !char.IsAsciiHexDigit(all[i - 1]))) starts.Add(i);
        }
        if (starts.Count == 0) return;
        var start = starts[random.Next(starts.Count)];
        var length = 1;
        while (start + length < all.Length && char.IsAsciiHexDigit(all[start + length])) length++;
        text.Remove(start, length).Insert(start, random.Next(3) == 0 ? random.Next(40).ToString("x") : Pick(Numbers, random));
    }

    private static List<int> Occurrences(string text, string part)
    {
        var found = new List<int>();
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal)) found.Add(at);
        return found;
    }
}
