using System.Globalization;
using System.Text;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// Bytes that a client sends, and what a strict server makes of them: the requests it serves, then whether it refuses what
/// follows, waits for more, or ends the connection as was asked. See <c>README.md</c> for the files' format.
/// </summary>
/// <param name="File">The file it is from, without its ending.</param>
/// <param name="Name">What it shows.</param>
/// <param name="Because">Why that is the answer, with the section of the standard.</param>
/// <param name="Text">The bytes, a character each.</param>
/// <param name="Served">The requests, as <see cref="FramingEcho.ReadAnswers"/> finds them.</param>
/// <param name="Status">The refusal behind them, or zero.</param>
/// <param name="End">What the connection comes to.</param>
internal sealed record CorpusItem(string File, string Name, string Because, string Text, IReadOnlyList<string> Served, int Status, CorpusEnd End)
{
    public byte[] Bytes => Encoding.Latin1.GetBytes(Text);

    /// <summary>What <see cref="FramingEcho.ReadAnswers"/> must find when the client has ended: what is unfinished then is refused.</summary>
    public IReadOnlyList<string> Answers => End switch
    {
        CorpusEnd.Refused => [.. Served, Status.ToString(CultureInfo.InvariantCulture)],
        CorpusEnd.Unfinished => [.. Served, "400"],
        _ => Served,
    };

    public override string ToString() => $"{File}: {Name}";
}

internal enum CorpusEnd
{
    /// <summary>All bytes are used, and the connection is kept.</summary>
    Kept,

    /// <summary>A request asked for its end, and got it.</summary>
    Closed,

    Refused,

    /// <summary>More must come.</summary>
    Unfinished,
}

/// <summary>Reads the files of <c>Corpus</c>, which lie in the assembly.</summary>
internal static class Corpus
{
    private const string Folder = "Corpus/";

    public static readonly IReadOnlyList<CorpusItem> Items = Read();

    public static IEnumerable<CorpusItem> Of(string file) => Items.Where(item => item.File == file);

    private static List<CorpusItem> Read()
    {
        var items = new List<CorpusItem>();
        var assembly = typeof(Corpus).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            ReadFile(Path.GetFileNameWithoutExtension(resource), reader, items);
        }
        if (items.DistinctBy(static item => item.Name).Count() != items.Count)
            throw new InvalidDataException($"Two items have one name: {items.GroupBy(static item => item.Name).First(static group => group.Count() > 1).Key}");
        return items;
    }

    private static void ReadFile(string file, StreamReader reader, List<CorpusItem> items)
    {
        Draft? draft = null;
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] != ' ')
            {
                if (draft != null) items.Add(draft.Finish());
                draft = new Draft(file, line);
                continue;
            }
            var trimmed = line.TrimStart();
            var blank = trimmed.IndexOf(' ');
            var (key, value) = blank < 0 ? (trimmed, "") : (trimmed[..blank], trimmed[blank..].TrimStart());
            if (draft == null || !draft.Take(key, value)) throw new InvalidDataException($"{file}, line {number}: '{key}' can't stand here, or has no such value.");
        }
        if (draft != null) items.Add(draft.Finish());
    }

    private sealed class Draft(string file, string name)
    {
        private readonly StringBuilder _text = new();
        private readonly List<string> _served = [];
        private string _because = "";
        private int _status;
        private CorpusEnd? _end;

        public bool Take(string key, string value)
        {
            switch (key)
            {
                case "because":
                    _because = value;
                    return value.Length > 0;
                case "send":
                    _text.Append(Unescape(value));
                    return _served.Count == 0 && _end == null;
                case "serve":
                    _served.Add(Seen(value));
                    return _end == null;
                case "refuse":
                    _end = CorpusEnd.Refused;
                    return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _status);
                case "wait":
                    _end = CorpusEnd.Unfinished;
                    return true;
                case "close":
                    _end = CorpusEnd.Closed;
                    return _served.Count > 0;
                default:
                    return false;
            }
        }

        public CorpusItem Finish()
        {
            if (_because.Length == 0 || _text.Length == 0 || (_served.Count == 0 && _end == null)) throw new InvalidDataException($"{file}: '{name}' lacks its bytes, its verdict or its reason.");
            return new CorpusItem(file, name, _because, _text.ToString(), _served, _status, _end ?? CorpusEnd.Kept);
        }

        private static string Seen(string value)
        {
            var parts = value.Split(' ', 3);
            // The server answers for itself, and the application does not see it.
            if (parts[1] == "*") return "204";
            return FramingEcho.Describe(parts[0], Unescape(parts[1]), Encoding.Latin1.GetBytes(parts.Length > 2 ? Unescape(parts[2]) : ""));
        }
    }

    /// <summary><c>\r \n \t \0 \\</c>, <c>\xHH</c>, and <c>\(TEXT*COUNT)</c> for many.</summary>
    private static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }
            switch (text[++i])
            {
                case 'r':
                    plain.Append('\r');
                    break;
                case 'n':
                    plain.Append('\n');
                    break;
                case 't':
                    plain.Append('\t');
                    break;
                case '0':
                    plain.Append('\0');
                    break;
                case '\\':
                    plain.Append('\\');
                    break;
                case 'x':
                    plain.Append((char)byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 2;
                    break;
                case '(':
                    var star = text.IndexOf('*', i);
                    var end = text.IndexOf(')', star);
                    plain.Insert(plain.Length, Unescape(text[(i + 1)..star]), int.Parse(text.AsSpan(star + 1, end - star - 1), NumberStyles.None, CultureInfo.InvariantCulture));
                    i = end;
                    break;
                default:
                    throw new InvalidDataException($"There is no escape \\{text[i]}.");
            }
        }
        return plain.ToString();
    }
}
